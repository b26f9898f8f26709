// Makes tfjs.json: small models of TensorFlow.js, and what TensorFlow.js itself computes with them.
// usage: node make_tfjs.cjs > tfjs.json   (needs the package @tensorflow/tfjs)
const tf = require('@tensorflow/tfjs');

const L = tf.layers;
let seed = 1;
const uniform = (low, high) => { seed = (seed * 1103515245 + 12345) % 2147483648; return low + (high - low) * seed / 2147483648; };
const fill = (shape, low = -0.5, high = 0.5) => tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(uniform(low, high))), shape);
const base64 = (buffer) => Buffer.from(buffer).toString('base64');
const floats = (tensor) => base64(Float32Array.from(tensor.dataSync()).buffer);
const cases = [];

async function layers(name, model, inputs) {
  // Variances must be positive; everything else may be anything.
  model.setWeights(model.weights.map(w => fill(w.shape, w.name.includes('variance') ? 0.5 : -0.5, w.name.includes('variance') ? 1.5 : 0.5)));
  let saved;
  await model.save(tf.io.withSaveHandler(async artifacts => { saved = artifacts; return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }; }));
  add(name, { format: 'layers-model', modelTopology: saved.modelTopology }, saved.weightSpecs, saved.weightData, inputs, model.predict(inputs.length === 1 ? inputs[0] : inputs));
}

function add(name, model, specs, data, inputs, outputs) {
  if (data instanceof Array) data = Buffer.concat(data.map(d => Buffer.from(d)));
  cases.push({
    name, model: { ...model, weightsManifest: [{ paths: ['weights.bin'], weights: specs }] }, weights: base64(data),
    inputs: inputs.map(x => ({ shape: x.shape, data: floats(x) })), outputs: [outputs].flat().map(y => ({ shape: y.shape, data: floats(y) })),
  });
}

// A graph of TensorFlow's ops: nodes as [name, op, inputs, attributes], constants as tensors by name.
async function graph(name, inputs, constants, nodes) {
  const types = { float32: 'DT_FLOAT', int32: 'DT_INT32' };
  const node = [
    ...inputs.map((x, i) => ({ name: `x${i}`, op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: x.shape.map(d => ({ size: String(d) })) } } } })),
    ...Object.entries(constants).map(([key, t]) => ({ name: key, op: 'Const', attr: { dtype: { type: types[t.dtype] }, value: { tensor: { dtype: types[t.dtype], tensorShape: { dim: t.shape.map(d => ({ size: String(d) })) } } } } })),
    ...nodes.map(([key, op, input, attr]) => ({ name: key, op, input, attr: { T: { type: 'DT_FLOAT' }, ...attr } })),
  ];
  const specs = Object.entries(constants).map(([key, t]) => ({ name: key, shape: t.shape, dtype: t.dtype }));
  const data = Buffer.concat(Object.values(constants).map(t => Buffer.from(t.dataSync().buffer.slice(t.dataSync().byteOffset, t.dataSync().byteOffset + 4 * t.size))));
  const topology = { node, versions: { producer: 1 } };
  const loaded = await tf.loadGraphModel({ load: async () => ({ format: 'graph-model', modelTopology: topology, weightSpecs: specs, weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) }) });
  add(name, { format: 'graph-model', modelTopology: topology }, specs, data, inputs, loaded.execute(Object.fromEntries(inputs.map((x, i) => [`x${i}`, x]))));
}

const text = s => ({ s: Buffer.from(s).toString('base64') });
const ints = (...i) => ({ list: { i: i.map(String) } });
const texts = (...s) => ({ list: { s: s.map(t => Buffer.from(t).toString('base64')) } });

async function main() {
  await tf.setBackend('cpu');
  await layers('mlp', tf.sequential({ layers: [L.dense({ units: 5, inputShape: [4], activation: 'relu' }), L.dropout({ rate: 0.5 }), L.dense({ units: 3, activation: 'softmax', useBias: false })] }), [fill([2, 4])]);
  await layers('cnn', tf.sequential({ layers: [
    L.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', inputShape: [7, 6, 2], activation: 'relu6' }), L.batchNormalization({}), L.depthwiseConv2d({ kernelSize: [3, 2], depthMultiplier: 2, padding: 'same' }),
    L.maxPooling2d({ poolSize: 2, strides: 1, padding: 'same' }), L.separableConv2d({ filters: 4, kernelSize: 2, padding: 'valid', activation: 'elu' }), L.zeroPadding2d({ padding: [[1, 0], [0, 2]] }),
    L.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), L.upSampling2d({ size: [2, 1] }), L.flatten(), L.dense({ units: 4 }), L.softmax({})] }), [fill([2, 7, 6, 2])]);
  await layers('conv1d', tf.sequential({ layers: [L.embedding({ inputDim: 10, outputDim: 4, inputLength: 6 }), L.conv1d({ filters: 3, kernelSize: 3, padding: 'same', dilationRate: 2 }), L.maxPooling1d({ poolSize: 2 }), L.prelu({}), L.globalAveragePooling1d({})] }), [tf.tensor([[1, 2, 3, 9, 0, 5]])]);
  const a = tf.input({ shape: [3, 4] }), b = tf.input({ shape: [3, 4] });
  const shared = L.dense({ units: 4, activation: 'tanh' });
  const joined = L.concatenate().apply([L.add().apply([shared.apply(a), shared.apply(b)]), L.multiply().apply([a, b]), L.average().apply([a, b]), L.maximum().apply([a, b])]);
  const normal = L.layerNormalization({}).apply(joined);
  await layers('branches', tf.model({ inputs: [a, b], outputs: [L.reshape({ targetShape: [16, 3] }).apply(normal), L.permute({ dims: [2, 1] }).apply(joined)] }), [fill([2, 3, 4]), fill([2, 3, 4])]);
  for (const [kind, make] of [['lstm', L.lstm], ['gru', L.gru], ['rnn', L.simpleRNN]]) {
    await layers(kind, tf.sequential({ layers: [make({ units: 3, inputShape: [5, 2], returnSequences: true }), make({ units: 2, goBackwards: true, activation: 'relu', ...(kind === 'rnn' ? {} : { recurrentActivation: 'sigmoid' }) }), L.repeatVector({ n: 2 })] }), [fill([2, 5, 2])]);
  }
  const inner = tf.sequential({ name: 'inner', layers: [L.dense({ units: 3, inputShape: [4], name: 'inner_dense' }), L.leakyReLU({ alpha: 0.1 }), L.activation({ activation: 'hardSigmoid' })] });
  await layers('nested', tf.sequential({ layers: [L.dense({ units: 4, inputShape: [2] }), inner, L.dense({ units: 2, activation: 'swish' })] }), [fill([3, 2])]);

  await graph('graph of layers', [fill([2, 5, 6, 2])], { k: fill([3, 3, 2, 4]), kb: fill([4]), d: fill([2, 3, 4, 1]), g: fill([4]), o: fill([4]), m: fill([4]), v: fill([4], 0.5, 1.5), shape: tf.tensor([2, -1], [2], 'int32'), w: fill([36, 3]), wb: fill([3]), slope: fill([4]) }, [
    ['conv', '_FusedConv2D', ['x0', 'k', 'kb', 'slope'], { strides: ints(1, 1, 2, 1), padding: text('SAME'), dataFormat: text('NHWC'), data_format: text('NHWC'), dilations: ints(1, 1, 1, 1), num_args: { i: '2' }, fused_ops: texts('BiasAdd', 'Prelu') }],
    ['depth', 'DepthwiseConv2dNative', ['conv', 'd'], { strides: ints(1, 1, 1, 1), padding: text('SAME'), data_format: text('NHWC'), dilations: ints(1, 1, 1, 1) }],
    ['norm', 'FusedBatchNormV3', ['depth', 'g', 'o', 'm', 'v'], { epsilon: { f: 0.001 }, is_training: { b: false }, data_format: text('NHWC') }],
    ['pool', 'AvgPool', ['norm'], { ksize: ints(1, 2, 2, 1), strides: ints(1, 2, 1, 1), padding: text('SAME'), data_format: text('NHWC') }],
    ['flat', 'Reshape', ['pool', 'shape'], {}],
    ['dense', '_FusedMatMul', ['flat', 'w', 'wb'], { transpose_a: { b: false }, transpose_b: { b: false }, num_args: { i: '1' }, fused_ops: texts('BiasAdd', 'Relu6') }],
    ['probability', 'Softmax', ['dense'], {}]]);
  await graph('graph of shapes', [fill([2, 4, 6]), fill([2, 4, 6], 0.5, 1.5)], { one: tf.tensor(1, [], 'int32'), axes: tf.tensor([0, 2], [2], 'int32'), turn: tf.tensor([2, 0, 1], [3], 'int32'), begin: tf.tensor([0, 1, 5], [3], 'int32'), end: tf.tensor([0, 3, 0], [3], 'int32'), step: tf.tensor([1, 1, -2], [3], 'int32'), margins: tf.tensor([[0, 0], [1, 2], [0, 1]], [3, 2], 'int32'), pick: tf.tensor([3, 0], [2], 'int32'), times: tf.tensor([1, 2, 1], [3], 'int32'), half: tf.scalar(0.5) }, [
    ['sum', 'AddV2', ['x0', 'x1'], {}], ['product', 'Mul', ['sum', 'half'], {}], ['quotient', 'RealDiv', ['product', 'x1'], {}], ['root', 'Rsqrt', ['x1'], {}],
    ['joined', 'ConcatV2', ['quotient', 'root', 'one'], { N: { i: '2' } }],
    ['slice', 'StridedSlice', ['x0', 'begin', 'end', 'step'], { begin_mask: { i: '1' }, end_mask: { i: '5' }, shrink_axis_mask: { i: '0' }, ellipsis_mask: { i: '0' }, new_axis_mask: { i: '0' } }],
    ['turned', 'Transpose', ['joined', 'turn'], {}], ['mean', 'Mean', ['joined', 'axes'], { keep_dims: { b: true } }], ['max', 'Max', ['x0', 'one'], { keep_dims: { b: false } }],
    ['padded', 'Pad', ['x0', 'margins'], {}], ['picked', 'GatherV2', ['x0', 'pick', 'one'], { batch_dims: { i: '0' } }], ['tiled', 'Tile', ['x0', 'times'], {}],
    ['packed', 'Pack', ['x0', 'x1'], { axis: { i: '1' }, N: { i: '2' } }], ['wide', 'ExpandDims', ['root', 'one'], {}], ['thin', 'Squeeze', ['wide'], { squeeze_dims: ints(1) }],
    ['activated', 'LeakyRelu', ['x0'], { alpha: { f: 0.3 } }], ['tanh', 'Tanh', ['thin'], {}]]);
  console.log(JSON.stringify({ cases }));
}

main();
