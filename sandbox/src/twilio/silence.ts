// SPDX-License-Identifier: Apache-2.0 OR MIT

/** MPEG-1 layer III, 32 kbit/s, 44.1 kHz, one channel. */
const header = [0xff, 0xfb, 0x10, 0xc4];
const samplesPerSecond = 44_100;
const samplesPerFrame = 1152;
const frameBytes = 104;

/** Returns an MP3 file with this many seconds of silence. A frame of zeros decodes to silence. */
export function silence(seconds: number): Buffer {
  const frames = Math.max(1, Math.round((seconds * samplesPerSecond) / samplesPerFrame));
  const audio = Buffer.alloc(frames * frameBytes);
  for (let frame = 0; frame < frames; frame++) {
    audio.set(header, frame * frameBytes);
  }
  return audio;
}
