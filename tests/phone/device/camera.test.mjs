/** The camera module against a browser that is played: what it asks for, what it falls back to, what it never does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CameraTrouble, canBePicture, openCamera, pictureFromFile } from '../../../client_sync/phone/device/camera.js';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);

function played({ error = null, still = null, ready = 'live' } = {}) {
  const asked = [];
  const track = {
    readyState: ready,
    stopped: false,
    stop: () => { track.stopped = true; },
    getCapabilities: () => ({ torch: true }),
  };
  const stream = { getVideoTracks: () => [track], getTracks: () => [track] };
  const media = {
    async getUserMedia(wish) {
      asked.push(wish);
      if (error) throw Object.assign(new Error('no'), { name: error });
      return stream;
    },
  };
  const ImageCapture = still && class { takePhoto() { return still(); } };
  const frame = async () => ({ bytes: Uint8Array.of(9), media_type: 'image/jpeg', camera_api: 'canvas' });
  return { world: { media, ImageCapture, frame }, asked, track };
}

test('the camera that looks away from the person is asked for, and no microphone', async () => {
  const { world, asked } = played();
  await openCamera(world);
  assert.equal(asked[0].audio, false);
  assert.deepEqual(asked[0].video.facingMode, { ideal: 'environment' });
});

test('a still picture is kept byte for byte, with the type the device gave it', async () => {
  const { world } = played({ still: async () => new Blob([JPEG], { type: 'image/jpeg' }) });
  const picture = await (await openCamera(world)).takePicture();
  assert.deepEqual(picture, { bytes: JPEG, media_type: 'image/jpeg', camera_api: 'image-capture' });
});

test('without a still camera the film itself is asked for in full size and gives the picture', async () => {
  const { world, asked } = played();
  const picture = await (await openCamera(world)).takePicture();
  assert.equal(picture.camera_api, 'canvas');
  assert.ok(asked[0].video.width.ideal >= 3000);
});

test('a still camera that fails is not asked twice: the film gives this picture and the next', async () => {
  let calls = 0;
  const { world } = played({ still: async () => { calls += 1; throw new Error('setPhotoOptions failed'); } });
  const camera = await openCamera(world);
  assert.equal((await camera.takePicture()).camera_api, 'canvas');
  assert.equal((await camera.takePicture()).camera_api, 'canvas');
  assert.equal(calls, 1);
});

test('a still camera that never answers gives way to the film', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { world } = played({ still: () => new Promise(() => undefined) });
  const camera = await openCamera(world);
  const taking = camera.takePicture();
  await Promise.resolve();
  context.mock.timers.tick(4000);
  assert.equal((await taking).camera_api, 'canvas');
});

test('an empty still picture is no picture', async () => {
  const { world } = played({ still: async () => new Blob([]) });
  assert.equal((await (await openCamera(world)).takePicture()).camera_api, 'canvas');
});

for (const [error, code] of [['NotAllowedError', 'denied'], ['NotFoundError', 'absent'], ['NotReadableError', 'busy'],
  ['TypeError', 'unavailable']]) {
  test(`${error} is told as "${code}"`, async () => {
    const { world } = played({ error });
    await assert.rejects(openCamera(world), (trouble) => trouble instanceof CameraTrouble && trouble.code === code);
  });
}

test('a browser without cameras for web pages says so instead of failing', async () => {
  await assert.rejects(openCamera({ media: undefined }), { name: 'CameraTrouble', code: 'absent' });
});

test('a camera another app took says so and takes no picture', async () => {
  const { world } = played({ ready: 'ended' });
  const camera = await openCamera(world);
  await assert.rejects(camera.takePicture(), (trouble) => trouble instanceof CameraTrouble && trouble.code === 'busy');
});

test('closing the camera stops its light', async () => {
  const { world, track } = played();
  (await openCamera(world)).stop();
  assert.equal(track.stopped, true);
});

test('a file handed over keeps its bytes and says which way it came', async () => {
  const picture = await pictureFromFile(new Blob([JPEG], { type: 'image/heic' }), 'gallery');
  assert.deepEqual(picture, { bytes: JPEG, media_type: 'image/heic', camera_api: 'gallery' });
});

test('what the office could never take is no picture, and a type that the system does not know is given its chance', () => {
  const most = 64 * 1024 * 1024;
  for (const [size, type] of [[0, 'image/jpeg'], [9, 'text/plain'], [most + 1, 'image/jpeg'], [8 * most + 1, 'video/mp4']]) {
    assert.equal(canBePicture({ size, type }), false, type);
  }
  for (const type of ['image/jpeg', 'image/heic', 'application/pdf', 'application/octet-stream', '']) {
    assert.equal(canBePicture({ size: most, type }), true, type);
  }
  assert.equal(canBePicture({ size: most + 1, type: 'video/mp4' }), true);
});
