// Makes silero_onnx.json: what ONNX Runtime gives for every 512 samples of a recording, by Silero's own ONNX file.
// usage: node make_silero_onnx.cjs silero_vad_16k_op15.onnx jfk.wav > silero_onnx.json   (needs the package onnxruntime-node)
const fs = require('fs');
const ort = require('onnxruntime-node');

async function main() {
  const [model, sound] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(model);
  const wav = fs.readFileSync(sound);
  const start = wav.indexOf('data') + 8;
  const samples = Float32Array.from({ length: (wav.length - start) >> 1 }, (_, i) => wav.readInt16LE(start + 2 * i) / 32768);
  let state = new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]);
  const sr = new ort.Tensor('int64', BigInt64Array.from([16000n]), []);
  let context = new Float32Array(64);
  const probabilities = [];
  for (let at = 0; at < samples.length; at += 512) {
    const window = new Float32Array(576);
    window.set(context);
    window.set(samples.subarray(at, at + 512), 64);
    context = window.slice(512);
    const result = await session.run({ input: new ort.Tensor('float32', window, [1, 576]), state, sr });
    state = result.stateN;
    probabilities.push(Number(result.output.data[0].toFixed(6)));
  }
  console.log(JSON.stringify({ probabilities }));
}

main();
