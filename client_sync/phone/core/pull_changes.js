/**
 * Reduces a page of the feed to what must be put and taken away; the last word about a thing wins.
 * Touches nothing that was made on this phone, and ignores entities of newer servers.
 */

/** @typedef {"task"|"case_note"|"report_state"|"notice"|"package"} Entity */
/** @typedef {{entity: string, id: string, op: "put"|"delete"|"out_of_scope", data?: Record<string, any>}} Change */
/** @typedef {{kind: "region"|"crew", id: string}} Scope */
/**
 * `cleared` first (rows of a scope that was left), then `deletes`, then `puts`; within one entity no id stands in both.
 * @typedef {{entity: Entity, cleared: Scope[], deletes: string[], puts: Record<string, any>[]}} EntityChanges
 */

/** @type {readonly Entity[]} */
export const ENTITIES = ['task', 'case_note', 'report_state', 'notice', 'package'];
const REGION = /^\d{6}(\d{3}){0,2}$/;

/**
 * The scope that an `out_of_scope` change says was left, or null for any other change.
 * @param {Change} change
 * @returns {Scope|null}
 */
export function scopeOf({ id, op }) {
  if (op !== 'out_of_scope') return null;
  return { kind: REGION.test(id) ? 'region' : 'crew', id };
}

/**
 * Whether a row belongs to a scope. Tasks carry no crew: a phone holds those of its own crew only, so all of them go.
 * @param {{region?: string, area?: string}} row
 * @param {Scope} scope
 * @returns {boolean}
 */
export function isInScope(row, { kind, id }) {
  if (kind === 'crew') return true;
  return (row.region ?? row.area ?? '').startsWith(id);
}

/**
 * The changes of one page, entity by entity, in a fixed order.
 * @param {{changes: readonly Change[]}} page
 * @returns {EntityChanges[]}
 */
export function reducePage({ changes }) {
  return ENTITIES.map((entity) =>
    reduced(
      entity,
      changes.filter((change) => change.entity === entity),
    ),
  ).filter(({ cleared, deletes, puts }) => cleared.length + deletes.length + puts.length > 0);
}

/**
 * @param {Entity} entity
 * @param {readonly Change[]} changes
 * @returns {EntityChanges}
 */
function reduced(entity, changes) {
  /** @type {Map<string, Change>} */
  const last = new Map();
  /** @type {Map<string, Scope>} */
  const left = new Map();
  for (const change of changes) {
    const scope = scopeOf(change);
    if (scope === null) {
      last.set(change.id, change);
    } else {
      left.set(scope.id, scope);
      // What this page put into the scope goes with it, and so does what the phone held of it from another scope.
      for (const [id, { data }] of last) {
        if (data !== undefined && isInScope(data, scope)) last.set(id, { entity, id, op: 'delete' });
      }
    }
  }
  const words = [...last.values()];
  return {
    entity,
    cleared: [...left.values()],
    deletes: words.filter((change) => change.op === 'delete').map((change) => change.id),
    puts: words.flatMap((change) => (change.op === 'put' && change.data !== undefined ? [change.data] : [])),
  };
}
