// Writes onnx_ml.json: models of one operator of ai.onnx.ml, inputs, and what onnxruntime gives for them.
// Run with NODE_PATH at the node_modules that hold onnxruntime-node.
const fs = require('fs');
const ort = require('onnxruntime-node');

// Protocol buffers, as far as small models need them.
const varint = n => { const out = []; n = BigInt.asUintN(64, BigInt(n)); do { let b = Number(n & 127n); n >>= 7n; out.push(n ? b | 128 : b); } while (n); return Buffer.from(out); };
const field = (number, wire, body) => Buffer.concat([varint(number << 3 | wire), body]);
const int = (number, value) => field(number, 0, varint(value));
const bytes = (number, value) => { const b = Buffer.from(value); return field(number, 2, Buffer.concat([varint(b.length), b])); };
const float = value => { const b = Buffer.alloc(4); b.writeFloatLE(value); return b; };
const all = (...parts) => Buffer.concat(parts.flat());

class Int { constructor(value) { this.value = value; } }
class Ints { constructor(values) { this.values = values; } }
const whole = (...values) => new Ints(values);

function attribute(name, value) {
  const head = bytes(1, name);
  if (value instanceof Int) return all(head, int(3, value.value), int(20, 2));
  if (typeof value === 'number') return all(head, field(2, 5, float(value)), int(20, 1));
  if (typeof value === 'string') return all(head, bytes(4, value), int(20, 3));
  if (value instanceof Ints) return all(head, value.values.map(v => int(8, v)), int(20, 7));
  if (typeof value[0] === 'string') return all(head, value.map(v => bytes(9, v)), int(20, 8));
  return all(head, value.map(v => field(7, 5, float(v))), int(20, 6));
}

const types = { float32: 1, int64: 7, string: 8 };
const port = (name, type) => all(bytes(1, name), bytes(2, bytes(1, int(1, types[type]))));

function model(op, version, inputs, outputs, attributes) {
  const node = all(inputs.map(i => bytes(1, i.name)), outputs.map(o => bytes(2, o.name)), bytes(4, op),
    Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))), bytes(7, 'ai.onnx.ml'));
  const graph = all(bytes(1, node), bytes(2, 'graph'), inputs.map(i => bytes(11, port(i.name, i.type))), outputs.map(o => bytes(12, port(o.name, o.type))));
  return all(int(1, 8), bytes(7, graph), bytes(8, int(2, 13)), bytes(8, all(bytes(1, 'ai.onnx.ml'), int(2, version))));
}

let state = 12345;
const draw = () => { state = (state * 1103515245 + 12345) % 2147483648; return state / 1073741824 - 1; };
const floats = n => Array.from({ length: n }, () => Math.fround(Math.round(draw() * 1000) / 250));

const cases = [];
const x = (rows, columns) => ({ name: 'x', type: 'float32', dims: [rows, columns], data: floats(rows * columns) });
const y = [{ name: 'y', type: 'float32' }];
const labelled = type => [{ name: 'label', type }, { name: 'scores', type: 'float32' }];
const add = (name, op, inputs, outputs, attributes, version = 1) => cases.push({ name, op, version, inputs, outputs, attributes });

add('imputer zero', 'Imputer', [{ ...x(2, 3), data: [0, 1, 2, 3, 0, 5] }], y, { imputed_value_floats: [7, 8, 9], replaced_value_float: 0 });
add('imputer nan', 'Imputer', [{ ...x(2, 2), data: [NaN, 1, 2, NaN] }], y, { imputed_value_floats: [4.5], replaced_value_float: NaN });
add('imputer int', 'Imputer', [{ name: 'x', type: 'int64', dims: [2, 2], data: [-1, 2, 3, -1] }], [{ name: 'y', type: 'int64' }], { imputed_value_int64s: whole(10, 20), replaced_value_int64: new Int(-1) });
add('onehot int', 'OneHotEncoder', [{ name: 'x', type: 'int64', dims: [2, 2], data: [3, 1, 9, 2] }], y, { cats_int64s: whole(1, 2, 3) });
add('onehot string', 'OneHotEncoder', [{ name: 'x', type: 'string', dims: [3], data: ['b', 'z', 'a'] }], y, { cats_strings: ['a', 'b'] });
add('category to int', 'CategoryMapper', [{ name: 'x', type: 'string', dims: [2, 2], data: ['a', 'b', 'q', 'a'] }], [{ name: 'y', type: 'int64' }], { cats_strings: ['a', 'b'], cats_int64s: whole(5, 7), default_int64: new Int(-3) });
add('category to string', 'CategoryMapper', [{ name: 'x', type: 'int64', dims: [3], data: [7, 5, 1] }], [{ name: 'y', type: 'string' }], { cats_strings: ['a', 'b'], cats_int64s: whole(5, 7), default_string: 'none' });
add('vectorizer', 'FeatureVectorizer', [x(2, 3), { name: 'z', type: 'float32', dims: [2, 1], data: [5, 6] }], y, { inputdimensions: whole(3, 1) });
for (const post of ['NONE', 'SOFTMAX', 'LOGISTIC'])
  add(`linear regressor ${post}`, 'LinearRegressor', [x(4, 3)], y, { coefficients: floats(6), intercepts: [0.5, -0.25], targets: new Int(2), post_transform: post });
for (const post of ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO']) {
  add(`linear classifier of 3 ${post}`, 'LinearClassifier', [x(5, 4)], labelled('int64'), { coefficients: floats(12), intercepts: floats(3), classlabels_ints: whole(4, 5, 6), post_transform: post });
  add(`linear classifier of 2 ${post}`, 'LinearClassifier', [x(5, 4)], labelled('string'), { coefficients: floats(8), intercepts: floats(2), classlabels_strings: ['no', 'yes'], post_transform: post });
  add(`linear classifier of 1 ${post}`, 'LinearClassifier', [x(5, 4)], labelled('int64'), { coefficients: floats(4), intercepts: floats(1), classlabels_ints: whole(0, 1), post_transform: post });
}
for (const [kernel, parameters] of [['LINEAR', [0, 0, 0]], ['POLY', [0.3, 1, 2]], ['RBF', [0.2, 0, 0]], ['SIGMOID', [0.1, 0.2, 0]]]) {
  add(`svm regressor ${kernel}`, 'SVMRegressor', [x(4, 3)], y, { kernel_type: kernel, kernel_params: parameters, coefficients: floats(5), n_supports: new Int(5), support_vectors: floats(15), rho: [0.3] });
  const three = { kernel_type: kernel, kernel_params: parameters, coefficients: floats(14), support_vectors: floats(21), vectors_per_class: whole(2, 3, 2), rho: floats(3), classlabels_ints: whole(0, 1, 2) };
  add(`svm classifier of 3 ${kernel}`, 'SVMClassifier', [x(6, 3)], labelled('int64'), three);
  add(`svm classifier of 3 ${kernel}, probabilities`, 'SVMClassifier', [x(6, 3)], labelled('int64'), { ...three, prob_a: [-1.2, -0.7, -0.9], prob_b: [0.1, -0.2, 0.3] });
  const two = { kernel_type: kernel, kernel_params: parameters, coefficients: floats(5), support_vectors: floats(15), vectors_per_class: whole(2, 3), rho: [0.1], classlabels_strings: ['no', 'yes'] };
  add(`svm classifier of 2 ${kernel}`, 'SVMClassifier', [x(6, 3)], labelled('string'), two);
  add(`svm classifier of 2 ${kernel}, logistic`, 'SVMClassifier', [x(6, 3)], labelled('string'), { ...two, post_transform: 'LOGISTIC' });
  add(`svm classifier of 2 ${kernel}, probabilities`, 'SVMClassifier', [x(6, 3)], labelled('string'), { ...two, prob_a: [-1.5], prob_b: [0.2] });
}
add('svm regressor without vectors', 'SVMRegressor', [x(4, 3)], y, { kernel_type: 'LINEAR', kernel_params: [0, 0, 0], coefficients: floats(3), rho: [0.5] });
add('svm one class', 'SVMRegressor', [x(6, 3)], y, { kernel_type: 'RBF', kernel_params: [0.3, 0, 0], coefficients: [1, 1, 0.5], n_supports: new Int(3), support_vectors: floats(9), rho: [-0.8], one_class: new Int(1) });
add('svm classifier without vectors', 'SVMClassifier', [x(5, 3)], labelled('int64'), { kernel_type: 'LINEAR', kernel_params: [0, 0, 0], coefficients: floats(9), rho: [0.1], classlabels_ints: whole(3, 4, 5) });

add('svm classifier of 2 with positive weights', 'SVMClassifier', [x(8, 3)], labelled('int64'), { kernel_type: 'RBF', kernel_params: [0.1, 0, 0], coefficients: [0.5, 0.25, 0.75], support_vectors: floats(9), vectors_per_class: whole(1, 2), rho: [-0.1], classlabels_ints: whole(0, 1) });

// Two trees: the first of depth 2, the second of depth 1.
const nodes = {
  nodes_treeids: whole(0, 0, 0, 0, 0, 1, 1, 1), nodes_nodeids: whole(0, 1, 2, 3, 4, 0, 1, 2), nodes_featureids: whole(0, 1, 0, 0, 0, 2, 0, 0),
  nodes_modes: ['BRANCH_LEQ', 'BRANCH_GT', 'LEAF', 'LEAF', 'LEAF', 'BRANCH_LT', 'LEAF', 'LEAF'], nodes_values: [0.5, -0.5, 0, 0, 0, 1, 0, 0],
  nodes_truenodeids: whole(1, 3, 0, 0, 0, 1, 0, 0), nodes_falsenodeids: whole(2, 4, 0, 0, 0, 2, 0, 0),
};
const leaves = kind => ({ [`${kind}_treeids`]: whole(0, 0, 0, 1, 1), [`${kind}_nodeids`]: whole(2, 3, 4, 1, 2) });
// Every target gets weights in every tree: without any, onnxruntime leaves out the base value, and picks another class of two.
for (const way of ['SUM', 'AVERAGE', 'MIN', 'MAX'])
  add(`trees ${way}`, 'TreeEnsembleRegressor', [x(8, 3)], y, { ...nodes, ...leaves('target'), target_ids: whole(0, 1, 0, 1, 0), target_weights: [1, -2, 3, 0.5, -0.25], n_targets: new Int(2), aggregate_function: way });
add('trees of one target', 'TreeEnsembleRegressor', [x(8, 3)], y, { ...nodes, ...leaves('target'), target_ids: whole(0, 0, 0, 0, 0), target_weights: [1, -2, 3, 0.5, -0.25], n_targets: new Int(1), base_values: [0.75] });
for (const post of ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO']) {
  add(`tree classifier of 3 ${post}`, 'TreeEnsembleClassifier', [x(8, 3)], labelled('int64'), { ...nodes, ...leaves('class'), class_ids: whole(0, 1, 2, 1, 0), class_weights: [1, 2, 3, 0.5, 0.25], classlabels_int64s: whole(7, 8, 9), post_transform: post });
  add(`tree classifier of 1 ${post}`, 'TreeEnsembleClassifier', [x(8, 3)], labelled('int64'), { ...nodes, ...leaves('class'), class_ids: whole(0, 0, 0, 0, 0), class_weights: [1, -2, 3, 0.5, -0.25], classlabels_int64s: whole(0, 1), post_transform: post });
  add(`tree classifier of 1 share ${post}`, 'TreeEnsembleClassifier', [x(8, 3)], labelled('int64'), { ...nodes, ...leaves('class'), class_ids: whole(0, 0, 0, 0, 0), class_weights: [0.1, 0.7, 0.2, 0.25, 0.05], classlabels_int64s: whole(0, 1), post_transform: post });
}
// MAX is left out: the standard's own code divides by the greatest absolute value, onnxruntime by the greatest.
for (const norm of ['L1', 'L2']) add(`normalizer ${norm}`, 'Normalizer', [x(3, 4)], y, { norm });
add('scaler', 'Scaler', [x(3, 2)], y, { offset: [1, 2], scale: [0.5, 4] });
add('encoder of floats', 'LabelEncoder', [{ ...x(1, 4), data: [1, 2.5, NaN, 9] }], [{ name: 'y', type: 'int64' }], { keys_floats: [1, 2.5, NaN], values_int64s: whole(10, 20, 30), default_int64: new Int(-7) }, 4);

(async () => {
  const written = [];
  for (const c of cases) {
    const content = model(c.op, c.version, c.inputs, c.outputs, c.attributes);
    try {
      const session = await ort.InferenceSession.create(content);
      const feeds = {};
      for (const i of c.inputs) feeds[i.name] = new ort.Tensor(i.type, i.type === 'int64' ? BigInt64Array.from(i.data.map(BigInt)) : i.type === 'float32' ? Float32Array.from(i.data) : i.data, i.dims);
      const results = await session.run(feeds);
      const plain = v => typeof v === 'bigint' ? Number(v) : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v;
      const outputs = c.outputs.map(o => ({ type: o.type, dims: results[o.name].dims, data: Array.from(results[o.name].data, plain) }));
      written.push({ name: c.name, model: content.toString('base64'), inputs: c.inputs.map(i => ({ type: i.type, dims: i.dims, data: i.data.map(plain) })), outputs });
    } catch (e) {
      console.error(`${c.name}: ${e.message}`);
      process.exitCode = 1;
    }
  }
  fs.writeFileSync(`${__dirname}/onnx_ml.json`, '[\n' + written.map(w => JSON.stringify(w)).join(',\n') + '\n]\n');
})();
