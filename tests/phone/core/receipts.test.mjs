import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { base64url, fromBase64url, toHex, utf8 } from '../../../client_sync/phone/core/bytes.js';
import { verifyAsync } from '../../../client_sync/phone/vendor/@noble/ed25519/index.js';
import { NotBelieved, readReceipt, readSignedClaims, verifySigned } from '../../../client_sync/phone/core/receipts.js';
import { checkSignature, keyIdOf } from '../../../client_sync/phone/core/signatures.js';
import { EPOCH, KEYS, aDigest, golden } from './records.mjs';

const COMPLETE = golden('receipt.complete');
const CLAIMS = JSON.parse(COMPLETE.payload);
const ABOUT = { id: CLAIMS.id, rev: CLAIMS.rev, digest: CLAIMS.digest };
/** As core/signatures.js asks the library. */
const verifyEd25519 = (key, signature, message) => verifyAsync(signature, message, key, { zip215: false });
const CURVES = { Ed25519: () => generateKeyPairSync('ed25519'), ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }) };

/** A key of the server that the test may sign with. */
async function aServerKey(alg = 'Ed25519', use = 'receipt', limits = {}) {
  const pair = CURVES[alg]();
  const spki = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }));
  return { private: pair.privateKey, public: { key_id: await keyIdOf(spki), use, alg, spki: base64url(spki), ...limits } };
}

function signedBy(key, payload) {
  const hash = key.public.alg === 'ES256' ? 'sha256' : null;
  const value = sign(hash, utf8(payload), { key: key.private, dsaEncoding: 'ieee-p1363' });
  return { payload, signature: { key_id: key.public.key_id, alg: key.public.alg, value: base64url(new Uint8Array(value)) } };
}

const payloadOf = (differences = {}) => JSON.stringify({ ...CLAIMS, ...differences });
const refused = (signed, keys = KEYS, about = ABOUT) => assert.rejects(readReceipt(signed, keys, about), NotBelieved);

test('the golden receipts verify with the golden keys', async () => {
  for (const name of ['receipt.received', 'receipt.complete']) {
    const signed = golden(name);
    const claims = JSON.parse(signed.payload);
    const receipt = await readReceipt(signed, KEYS, claims);
    assert.equal(receipt.state, name.split('.')[1]);
    assert.equal(receipt.server_epoch, EPOCH);
    assert.deepEqual(receipt.signed, signed);
  }
});

test('the golden enrolment and list of keys verify too, and say their epoch', async () => {
  for (const signed of [golden('enrol.response').enrolment, golden('session.response').server_keys_signed]) {
    assert.equal((await readSignedClaims(signed, KEYS)).server_epoch, EPOCH);
  }
});

test('one flipped bit anywhere in the text is not believed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(COMPLETE.payload.length - 1), fc.nat(6), async (at, bit) => {
      const character = String.fromCharCode(COMPLETE.payload.charCodeAt(at) ^ (1 << bit));
      await refused({ ...COMPLETE, payload: COMPLETE.payload.slice(0, at) + character + COMPLETE.payload.slice(at + 1) });
    }),
    { numRuns: 150 },
  );
});

test('one flipped bit anywhere in the signature is not believed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(63), fc.nat(7), async (at, bit) => {
      const value = fromBase64url(COMPLETE.signature.value);
      value[at] ^= 1 << bit;
      await refused({ ...COMPLETE, signature: { ...COMPLETE.signature, value: base64url(value) } });
    }),
    { numRuns: 150 },
  );
});

test('a receipt about another report, revision or text is not believed', async () => {
  await refused(COMPLETE, KEYS, { ...ABOUT, id: 'bce558d0-9a01-41c1-8c58-44f36aaa4ac1' });
  await refused(COMPLETE, KEYS, { ...ABOUT, rev: 2 });
  await refused(COMPLETE, KEYS, { ...ABOUT, digest: aDigest(5) });
});

test('a task event has no revision on the wire, so its digest alone names it', async () => {
  const { signature, receipt } = golden('result.stored');
  assert.equal(signature, undefined);
  const { id, digest } = golden('result.stored');
  assert.equal((await readReceipt(receipt, KEYS, { id, rev: null, digest })).rev, 1);
});

test('a key that nobody vouched for, or for another use, is not believed', async () => {
  const stranger = await aServerKey();
  await refused(signedBy(stranger, payloadOf()));
  const witness = await aServerKey('Ed25519', 'checkpoint');
  await refused(signedBy(witness, payloadOf()), [witness.public]);
  assert.equal(await verifySigned(signedBy(witness, 'tree'), [witness.public], 'checkpoint'), 'tree');
});

test('a key whose bytes are not those of its id is not believed', async () => {
  const [one, other] = [await aServerKey(), await aServerKey()];
  await refused(signedBy(one, payloadOf()), [{ ...one.public, spki: other.public.spki }]);
  const signed = signedBy(one, payloadOf());
  const named = { ...signed, signature: { ...signed.signature, key_id: other.public.key_id } };
  await refused(named, [{ ...one.public, key_id: other.public.key_id }]);
});

for (const alg of ['Ed25519', 'ES256']) {
  test(`${alg} receipts verify and only with their own key`, async () => {
    const [key, other] = [await aServerKey(alg), await aServerKey(alg)];
    const signed = signedBy(key, payloadOf());
    assert.equal((await readReceipt(signed, [other.public, key.public], ABOUT)).state, 'complete');
    const renamed = { ...other.public, key_id: key.public.key_id };
    await refused(signed, [renamed]);
    await refused({ ...signed, signature: { ...signed.signature, alg: alg === 'ES256' ? 'Ed25519' : 'ES256' } }, [key.public]);
  });
}

test('a receipt signed after its key had ended is not believed, and one signed before is', async () => {
  const ended = await aServerKey('Ed25519', 'receipt', { not_after: '2026-11-20T03:59:59Z' });
  await refused(signedBy(ended, payloadOf()), [ended.public]);
  const lasting = { ...ended.public, not_after: '2026-11-20T12:00:00+08:00' };
  assert.equal((await readReceipt(signedBy(ended, payloadOf()), [lasting], ABOUT)).state, 'complete');
});

test('a signed text that says nothing known is not believed', async () => {
  const key = await aServerKey();
  const texts = [
    '',
    'null',
    '[]',
    '{',
    payloadOf({ state: 'lost' }),
    payloadOf({ server_time: '2026-11-20T04:00:00' }),
    payloadOf({ server_time: 7 }),
    payloadOf({ server_epoch: null }),
    payloadOf({ digest: 'sha256:00' }),
  ];
  for (const text of texts) await refused(signedBy(key, text), [key.public], { ...ABOUT });
});

test('whatever stands where a signed object was due is refused as not believed and nothing else', async () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ payload: fc.jsonValue(), signature: fc.jsonValue() }),
    fc.record({
      payload: fc.string(),
      signature: fc.record({ key_id: fc.constant(KEYS[0].key_id), alg: fc.jsonValue(), value: fc.jsonValue() }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(anything, (signed) => refused(signed)),
    { numRuns: 200 },
  );
});

test('the library for old browsers agrees with RFC 8032', async () => {
  const vectors = [
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ];
  for (const [key, message, signature] of vectors) {
    const [k, m, s] = [key, message, signature].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
    assert.equal(await verifyEd25519(k, s, m), true);
    assert.equal(await verifyEd25519(k, s, new Uint8Array([...m, 1])), false);
    const wrong = s.slice();
    wrong[40] ^= 1;
    assert.equal(await verifyEd25519(k, wrong, m), false);
  }
});

test('the library for old browsers agrees with the machine on random signatures, whole and damaged', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })).slice(12);
  const damage = fc.option(fc.tuple(fc.nat(63), fc.nat(7)));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), damage, async (message, flip) => {
      const signature = new Uint8Array(sign(null, message, privateKey));
      if (flip !== null) signature[flip[0]] ^= 1 << flip[1];
      assert.equal(await verifyEd25519(raw, signature, message), verify(null, message, publicKey, signature));
    }),
    { numRuns: 40 },
  );
});

test('a scalar that was raised by the order of the group is refused, or one signature would have two texts', async () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const signature = fromBase64url(COMPLETE.signature.value);
  let scalar = signature.slice(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  for (let at = 32; at < 64; at += 1, scalar >>= 8n) signature[at] = Number(scalar & 255n);
  const raw = fromBase64url(KEYS[0].spki).slice(12);
  assert.equal(await verifyEd25519(raw, signature, utf8(COMPLETE.payload)), false);
});

test('a browser without Ed25519 checks receipts all the same', async (t) => {
  const importKey = crypto.subtle.importKey.bind(crypto.subtle);
  t.mock.method(crypto.subtle, 'importKey', async (format, data, algorithm, ...rest) => {
    if (algorithm.name === 'Ed25519') throw new DOMException('Unrecognized name.', 'NotSupportedError');
    return importKey(format, data, algorithm, ...rest);
  });
  assert.equal((await readReceipt(COMPLETE, KEYS, ABOUT)).state, 'complete');
  await refused({ ...COMPLETE, payload: COMPLETE.payload.replace('complete', 'received') });
});

test('a key of the wrong size or kind is not believed instead of breaking the round', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  for (const spki of [new Uint8Array(3), new Uint8Array(44), new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))]) {
    for (const alg of ['Ed25519', 'ES256']) {
      const key = { key_id: await keyIdOf(spki), alg, spki: base64url(spki) };
      await assert.rejects(checkSignature('x', { ...key, value: COMPLETE.signature.value }, key), NotBelieved);
    }
  }
  assert.equal(createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).asymmetricKeyType, 'ec');
});

test('base64url goes there and back, and only its own spelling is read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = base64url(bytes);
      assert.equal(text, Buffer.from(bytes).toString('base64url'));
      assert.deepEqual(fromBase64url(text), bytes);
      assert.equal(toHex(bytes), Buffer.from(bytes).toString('hex'));
    }),
  );
  for (const text of ['A', 'AB==', 'AA=', '+A', 'A/', 'AB', 'é', 'A\n'])
    assert.throws(() => fromBase64url(text), RangeError, text);
});
