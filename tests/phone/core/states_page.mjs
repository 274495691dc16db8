/**
 * Prints docs/phone-states.md from the table of moves. Writes no file itself: `node core/states_page.mjs > ../../docs/phone-states.md`.
 */
import { MOVES, STATES, diagram } from '../../../client_sync/phone/core/sync_states.js';

const MEANING = {
  queued: ['本机', 'Sealed and signed on the phone; the office has not confirmed it.'],
  received: ['已收到', 'A verified receipt: the office holds the report durably; photos or its judgement are outstanding.'],
  complete: ['照片齐全', 'A verified receipt of the present epoch: report and every photo are held and re-hashed.'],
  aside: [
    '待处理',
    'The office could not take it; the network alone cannot help. It stays here in full, travels in the carried file, and is offered again when a person asks for it.',
  ],
};

const HAPPENING = {
  sealed: 'the draft was signed',
  answered: 'a verified receipt about exactly these bytes came',
  refused: 'the office cannot read it',
  too_large: 'it alone is too large for a push',
  tried_again: 'a person asked to try it again',
  not_believed: 'an answer without a receipt to believe came',
  unreachable: 'no answer, or "later"',
  unknown: 'the office does not know it',
  photo_stored: 'the last byte of a photo was acknowledged',
  photo_lost: 'a photo on this phone is damaged or gone',
  epoch_changed: 'a signed object named a new epoch of the server',
  carried: 'it was written into a carried file',
  originals_removed: 'its original photos were removed',
};

/** Where a happening leads, in words. */
function cell(state, happening) {
  const move = MOVES[state][happening];
  if (move === 'receipt') return '**what the receipt says**';
  return move === state ? 'stays' : move === 'never' ? 'never' : `**${move}**`;
}

/** The whole page. */
export function statesPage() {
  const states = STATES.map((state) => `| \`${state}\` | ${MEANING[state][0]} | ${MEANING[state][1]} |`);
  const moves = Object.entries(HAPPENING).map(
    ([happening, words]) => `| \`${happening}\` | ${words} | ${STATES.map((state) => cell(state, happening)).join(' | ')} |`,
  );
  return `# The life of a report on the phone

Made from the table of moves in \`client_sync/phone/core/sync_states.js\`; a test keeps this page equal to it. Regenerate with
\`node tests/phone/core/states_page.mjs > docs/phone-states.md\`.

\`\`\`mermaid
${diagram()}\`\`\`

| state | on the screen | what it means |
|---|---|---|
${states.join('\n')}

| happening | when | ${STATES.join(' | ')} |
|---|---|${STATES.map(() => '---|').join('')}
${moves.join('\n')}

- *never*: the caller is wrong; the move throws and the transaction that asked for it fails, so the photos are still there.
- A refusal is unsigned: it sets aside only what no receipt covers. A receipt brings back what was set aside, and so does a person who
  tries it again; refused again it is set aside again.
- \`complete\` ends only by a new epoch or when the office does not know the report; then everything is offered again.
- Held and quarantined reports upload their photos like any other, and the office is asked about them until it has decided.
- Originals stay until 30 days after a verified \`complete\` of the present epoch, for every report that names the photo.
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) process.stdout.write(statesPage());
