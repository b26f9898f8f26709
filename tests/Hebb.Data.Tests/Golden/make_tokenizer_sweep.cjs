// Writes tokenizer-sweep.txt: for published tokenizers, a hash of the ids of each hundred of 10,000 random strings. The ids are those of
// npm's `tiktoken` and of Hugging Face's own library (npm's `tokenizers`), of which the files themselves are no part.
//
//     node make_tokenizer_sweep.cjs FOLDER      with qwen3.json, bert.json and llama2.json (as tokenizer.json) in it
const fs = require('fs'), path = require('path');
const tiktoken = require('tiktoken'), { Tokenizer } = require('tokenizers');

let state = 20n;
const int = n => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
  return Number((state >> 33n) % BigInt(n));
};
// Characters that Unicode has had since version 8: the oracles carry tables of different versions.
const ranges = [0x20, 0x7e, 0x20, 0x7e, 0x20, 0x7e, 0xa0, 0x24f, 0x300, 0x36f, 0x3a3, 0x3ff, 0x400, 0x4ff, 0x5d0, 0x5ea, 0x620, 0x64a, 0x904, 0x939, 0xe01, 0xe30, 0x1100, 0x1112, 0xac00, 0xd7a3, 0x3041, 0x3096,
  0x4e00, 0x9fa5, 0x2010, 0x2027, 0x2190, 0x21ff, 0x2460, 0x24ff, 0xfb00, 0xfb06, 0xff01, 0xff5e, 0x1e00, 0x1eff, 0x1f300, 0x1f5ff, 0x1d400, 0x1d454, 0x10280, 0x1029c, 0x20000, 0x20fff, 9, 13];
const words = ['the', 'The', 'THE', "don't", "I'LL", "we've", "'s", "'RE", '\u017f', "'\u017f", 'hello', 'world', 'Straße', 'ÅNGSTRÖM', 'İstanbul', 'naïve', 'café', 'e\u0301', '  ', '   ', '\n', '\r\n', '\t', ' \n ', '\n\n\n', ' ', '1234567', '42', '3.14', 'x=1;', '//', '\n/', '...', '!!!', '—', '日本語', '中文字符', '한국어', 'नमस्ते', 'สวัสดี', '👩‍👩‍👧‍👦', '🇩🇪', '😀', 'ﬁ', '①', '㎏', '\u00a0', '\u3000', '\u200b', '\u0085', '\u2028', 'camelCase', 'HTTPServer', 'snake_case'];
const strings = [];
for (let i = 0; i < 10000; i++) {
  let text = '';
  for (let n = i % 50 === 0 ? int(300) : 1 + int(20); n > 0; n--) {
    if (int(100) < 45) { text += words[int(words.length)] + (int(2) ? ' ' : ''); continue; }
    const range = 2 * int(ranges.length / 2), first = ranges[range], last = ranges[range + 1];
    for (let m = 1 + int(6); m > 0; m--) text += String.fromCodePoint(first + int(last - first + 1));
  }
  strings.push(text);
}

function hashes(all) {
  const result = [];
  for (let block = 0; block < 100; block++) {
    let hash = 0xcbf29ce484222325n;
    for (const ids of all.slice(block * 100, block * 100 + 100))
      for (const id of [...ids, -1]) hash = ((hash ^ BigInt(id >>> 0)) * 0x100000001b3n) & ((1n << 64n) - 1n);
    result.push(hash.toString(16).padStart(16, '0'));
  }
  return result;
}

(async () => {
  const lines = [];
  for (const [name, encoding] of [['gpt2', 'gpt2'], ['cl100k', 'cl100k_base'], ['o200k', 'o200k_base']]) {
    const oracle = tiktoken.get_encoding(encoding);
    lines.push([name, ...hashes(strings.map(s => [...oracle.encode_ordinary(s)]))].join(' '));
  }
  for (const name of ['qwen3', 'bert', 'llama2']) {
    const oracle = Tokenizer.fromFile(path.join(process.argv[2], name + '.json')), all = [];
    for (const s of strings) all.push((await oracle.encode(s, null, { addSpecialTokens: false })).getIds());
    lines.push([name, ...hashes(all)].join(' '));
  }
  fs.writeFileSync(path.join(__dirname, 'tokenizer-sweep.txt'), lines.join('\n') + '\n');
})();
