/**
 * Prints what the phone writes for ordinary and for arbitrary drafts, one JSON object a line, for the office's own reader to judge.
 *
 * Usage: node print_manifests.mjs ARBITRARY SEED
 */
import fc from 'fast-check';
import { revisionOf } from '../../../client_sync/phone/core/drafts.js';
import { checkDraft, reportText, taskProgressText } from '../../../client_sync/phone/core/manifest.js';
import { HEAD, NOW, ORDINARY, anyDraft } from './drafts.mjs';
import { aDigest, golden } from './records.mjs';

const [count, seed] = process.argv.slice(2).map(Number);

function told(name, draft) {
  const complaints = checkDraft(draft);
  const manifest = complaints.length === 0 ? reportText(draft, HEAD) : null;
  console.log(JSON.stringify({ name, type: 'report', manifest, complaints }));
}

for (const [name, draft] of Object.entries(ORDINARY)) told(name, draft);
for (const kind of ['construction', 'land_use', 'reclamation', 'routine', 'revision']) {
  const text = JSON.stringify(golden(`manifest.${kind}`));
  told(`a revision of the golden ${kind}`, revisionOf(text, { digest: aDigest(5), now: NOW }));
}
for (const [state, reason] of [
  ['started', null],
  ['done', ''],
  ['impossible', '道路中断'],
]) {
  const progress = { id: '1ff7b9e9-3252-4a2e-ae9d-95a82bc284b8', task_id: 't-1', state, reason, captured_at: NOW };
  const manifest = taskProgressText(progress, { ...HEAD, seq: 1, chain: null });
  console.log(JSON.stringify({ name: `a task ${state}`, type: 'task_progress', manifest, complaints: [] }));
}
for (const [n, draft] of fc.sample(anyDraft, { numRuns: count, seed }).entries())
  told(`arbitrary draft ${n} of seed ${seed}`, draft);
