// Makes onnx.json: what ONNX Runtime gives for published ONNX files, on inputs that the test computes again.
// usage: node make_onnx.cjs MODELS MNIST > onnx.json   (folders; needs the package onnxruntime-node)
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const ort = require('onnxruntime-node');

const [models, mnist] = process.argv.slice(2);
const float = (data, shape) => new ort.Tensor('float32', Float32Array.from(data), shape);
const some = (list, step) => Array.from(list).filter((_, i) => i % step === 0).map(x => Number(x.toPrecision(8)));

// A message of protobuf as its fields in order; each keeps its own bytes.
function fields(bytes) {
  const list = [];
  let at = 0;
  const varint = () => {
    let value = 0, factor = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  while (at < bytes.length) {
    const start = at, key = varint(), kind = key & 7;
    let value;
    if (kind === 0) value = varint();
    else {
      const length = kind === 2 ? varint() : kind === 5 ? 4 : 8;
      value = bytes.subarray(at, at += length);
    }
    list.push({ number: Math.floor(key / 8), value, raw: bytes.subarray(start, at) });
  }
  return list;
}

function message(number, content) {
  const head = [number * 8 + 2];
  let length = content.length;
  for (; length > 127; length = Math.floor(length / 128)) head.push(length % 128 + 128);
  return Buffer.concat([Buffer.from([...head, length]), content]);
}

const named = name => message(1, Buffer.from(name));
// A value of a graph: its name and its type's number; the shape is left open.
const port = (number, name, type) => message(number, Buffer.concat([named(name), message(2, message(1, Buffer.from([8, type])))]));

// The model without the operators that read and write files of pictures: it takes and gives pixels, and tells what the network itself gave.
function withoutFiles(file) {
  const model = fields(fs.readFileSync(file));
  const own = 'com.microsoft.extensions';
  const isOwn = (content, number) => fields(content).some(f => f.number === number && Buffer.compare(f.value, Buffer.from(own)) === 0);
  const graph = fields(model.find(f => f.number === 7).value)
    .filter(f => f.number !== 11 && f.number !== 12)
    .filter(f => f.number !== 1 || !isOwn(f.value, 7) && !fields(f.value).some(g => g.number === 2 && g.value.toString() === 'image_out'));
  const content = Buffer.concat([...graph.map(f => f.raw), port(11, '_ppp0_bgr_data', 2), port(12, '_ppp12_bgr_data', 2), port(12, 'output', 1)]);
  return Buffer.concat([...model.filter(f => f.number !== 7 && !(f.number === 8 && isOwn(f.value, 1))).map(f => f.raw), message(7, content)]);
}

function speech() {
  const wav = fs.readFileSync(path.join(models, 'media/jfk.wav'));
  const start = wav.indexOf('data') + 8;
  return Float32Array.from({ length: (wav.length - start) >> 1 }, (_, i) => wav.readInt16LE(start + 2 * i) / 32768);
}

// Evenly spread noise of the linear congruential generator of Numerical Recipes.
function noisy(clean) {
  let seed = 1;
  return clean.map(x => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return x + 0.1 * (seed / 4294967296 - 0.5);
  });
}

function transform(block, inverse) {
  const n = 512, [re, im] = block, outRe = new Float64Array(n), outIm = new Float64Array(n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) {
      const angle = (inverse ? 2 : -2) * Math.PI * (k * i % n) / n;
      outRe[k] += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
      outIm[k] += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
    }
  return [outRe, outIm];
}

async function denoised(samples) {
  const first = await ort.InferenceSession.create(path.join(models, 'onnx/dtln-1.onnx'));
  const second = await ort.InferenceSession.create(path.join(models, 'onnx/dtln-2.onnx'));
  let state1 = float(new Float32Array(512), [1, 2, 128, 2]), state2 = state1;
  const out = new Float32Array(samples.length);
  for (let at = 0; at + 512 <= samples.length; at += 128) {
    const [re, im] = transform([samples.subarray(at, at + 512), new Float64Array(512)], false);
    const half = Array.from({ length: 257 }, (_, k) => Math.hypot(re[k], im[k]));
    const r1 = await first.run({ input_2: float(half, [1, 1, 257]), input_3: state1 });
    state1 = r1.tf_op_layer_stack_2;
    const mask = r1.activation_2.data;
    const back = transform([re.map((x, k) => x * mask[Math.min(k, 512 - k)]), im.map((x, k) => x * mask[Math.min(k, 512 - k)])], true);
    const r2 = await second.run({ input_4: float(back[0].map(x => x / 512), [1, 1, 512]), input_5: state2 });
    state2 = r2.tf_op_layer_stack_5;
    r2.conv1d_3.data.forEach((x, i) => out[at + i] += x);
  }
  return out;
}

async function heard(samples) {
  const session = await ort.InferenceSession.create(path.join(models, 'onnx/silero_vad_op18_ifless.onnx'));
  let state = float(new Float32Array(256), [2, 1, 128]), context = new Float32Array(64);
  const sr = new ort.Tensor('int64', BigInt64Array.from([16000n]), []), probabilities = [];
  for (let at = 0; at < samples.length; at += 512) {
    const window = new Float32Array(576);
    window.set(context);
    window.set(samples.subarray(at, at + 512), 64);
    context = window.slice(512);
    const result = await session.run({ input: float(window, [1, 576]), state, sr });
    state = result.stateN;
    probabilities.push(Number(result.output.data[0].toFixed(6)));
  }
  return probabilities;
}

async function digits() {
  const session = await ort.InferenceSession.create(path.join(models, 'onnx/mnist.onnx'));
  const images = zlib.gunzipSync(fs.readFileSync(path.join(mnist, 't10k-images-idx3-ubyte.gz'))).subarray(16);
  const logits = [];
  for (let i = 0; i < 8; i++)
    logits.push(...(await session.run({ Input3: float(images.subarray(i * 784, i * 784 + 784), [1, 1, 28, 28]) })).Plus214_Output_0.data);
  return logits;
}

async function enlarged() {
  const session = await ort.InferenceSession.create(withoutFiles(path.join(models, 'onnx/superres_op18.onnx')));
  const [height, width] = [300, 400], pixels = new Uint8Array(height * width * 3);
  for (let i = 0; i < pixels.length; i++) {
    const channel = i % 3, x = Math.floor(i / 3) % width, y = Math.floor(i / 3 / width);
    pixels[i] = (x * x * (channel + 1) + y * y * 3 >> 9) & 255;
  }
  const result = await session.run({ _ppp0_bgr_data: new ort.Tensor('uint8', pixels, [height, width, 3]) });
  return { shape: result.output.dims, luminance: some(result.output.data, 997), pictureShape: result._ppp12_bgr_data.dims, picture: some(result._ppp12_bgr_data.data, 1999) };
}

async function main() {
  const samples = speech();
  console.log(JSON.stringify({
    mnist: some(await digits(), 1), superres: await enlarged(), dtln: some(await denoised(noisy(samples.subarray(0, 64000))), 97), silero18: await heard(samples),
  }));
}

main();
