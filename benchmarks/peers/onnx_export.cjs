// Runs ONNX files that Hebb wrote in onnxruntime, and compares with what Hebb gave.
//   NODE_PATH=…/node_modules node benchmarks/peers/onnx_export.cjs FOLDER [TOLERANCE]
// FOLDER holds cases.json: [{name, model, runs: [{inputs: {name: {type, dims, file}}, outputs: {…}}]}], and raw little-endian bytes in the files.
// One line for each case that differs or fails, a summary at the end; exit code 1 if any does.
const fs = require('fs'), path = require('path'), ort = require('onnxruntime-node');

const types = {
  float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array,
  uint64: BigUint64Array, bool: Uint8Array, float16: Uint16Array,
};

function read(folder, spec) {
  const bytes = fs.readFileSync(path.join(folder, spec.file));
  const array = types[spec.type];
  return new array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function difference(expected, actual, tolerance) {
  if (expected.length !== actual.length) return `has ${actual.length} elements, not ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const e = Number(expected[i]), a = Number(actual[i]);
    const same = Number.isNaN(e) ? Number.isNaN(a) : e === a || Math.abs(e - a) <= tolerance * (1 + Math.abs(e));
    if (!same) return `element ${i} is ${a}, not ${e}`;
  }
  return null;
}

async function main(folder, tolerance) {
  const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json'), 'utf8'));
  let passed = 0, failed = 0, unsupported = 0;
  for (const one of cases) {
    try {
      const session = await ort.InferenceSession.create(path.join(folder, one.model), { logSeverityLevel: 4, executionProviders: ['cpu'] });
      let wrong = null;
      for (const run of one.runs) {
        const feeds = {};
        for (const [name, spec] of Object.entries(run.inputs)) {
          if (session.inputNames.includes(name)) feeds[name] = new ort.Tensor(spec.type, read(folder, spec), spec.dims);
        }
        const results = await session.run(feeds);
        for (const [name, spec] of Object.entries(run.outputs)) {
          const y = results[name];
          if (JSON.stringify(y.dims) !== JSON.stringify(spec.dims)) wrong ??= `${name} is [${y.dims}], not [${spec.dims}]`;
          else if (spec.file) {
            const data = spec.type === 'float16' ? new Uint16Array(y.data.buffer, y.data.byteOffset, y.data.length) : y.data;
            const how = difference(read(folder, spec), data, tolerance);
            if (how) wrong ??= `${name}: ${how}`;
          }
        }
      }
      if (wrong) { failed++; console.log(`${one.name}: ${wrong}`); } else passed++;
    } catch (e) {
      const message = String(e.message ?? e).split('\n')[0];
      // A kernel that onnxruntime does not have says nothing about the file.
      if (/NOT_IMPLEMENTED|Could not find an implementation/.test(message)) { unsupported++; if (process.env.VERBOSE) console.log(`unsupported ${one.name}: ${message}`); }
      else { failed++; console.log(`${one.name}: ${message}`); }
    }
  }
  console.log(`${passed} passed, ${failed} failed, ${unsupported} without a kernel in onnxruntime`);
  process.exit(failed === 0 ? 0 : 1);
}

main(process.argv[2], Number(process.argv[3] ?? 1e-4));
