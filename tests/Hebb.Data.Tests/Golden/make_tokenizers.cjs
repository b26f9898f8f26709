// Writes tokenizers.jsonl.gz: small tokenizers trained by Hugging Face's own library (npm package `tokenizers`, 0.23), in many
// combinations of its parts, and what that library makes of some strings: ids, offsets in characters, decoded text.
//
//     npm install tokenizers && node make_tokenizers.cjs
const fs = require('fs'), os = require('os'), path = require('path'), zlib = require('zlib');
const { Tokenizer, BPE, Unigram, WordPiece, WordLevel, AddedToken, ...parts } = require('tokenizers');

let state = 7n;
const random = () => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
  return Number(state >> 33n) / 2147483648;
};
const int = n => Math.floor(random() * n);

const corpus = `The quick brown fox jumps over the lazy dog. It wasn't the dog's fault; they'd slept for 12 hours, or 720 minutes.
A language model reads text as tokens: pieces of words, of numbers such as 3.14159 and 2024, of signs like (a + b) * c == d && !e.
To be or not to be, that is the question: whether 'tis nobler in the mind to suffer the slings and arrows of outrageous fortune.
Der schnelle braune Fuchs springt über den faulen Hund. Größe, Straße, Übermut, natürlich, außerdem, zwölf Boxkämpfer jagen Viktor.
Le cœur déçu mais l'âme plutôt naïve, Louÿs rêva de crapaüter en canoë au delà des îles, près du mälström où brûlent les novæ.
Съешь же ещё этих мягких французских булок, да выпей чаю. Широкая электрификация южных губерний даст мощный толчок.
Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Η γρήγορη καφέ αλεπού πηδάει πάνω από το νωθρό σκυλί.
日本語の文章には漢字とひらがなとカタカナが混ざっています。今日は良い天気ですね。東京は大きな都市です。
我能吞下玻璃而不伤身体。天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。 다람쥐 헌 쳇바퀴에 타고파. 키스의 고유조건은 입술끼리 만나야 하고.
def encode(text): return [vocabulary[t] for t in tokens(text)]  # http://example.org/a/b?c=d&e=f {"key": "value"}
The dog and the fox read the text of the model; the model reads the text of the dog. The the the of of of and and and in in to to.
`;
const file = path.join(os.tmpdir(), 'hebb-corpus.txt');
fs.writeFileSync(file, corpus);

const strings = ['', ' ', 'the', ' the dog', 'The DOG\'s don\'t', 'a  b   c', ' leading and trailing ', 'line\nline\r\n\r\nline\t tab', '1234567 3.14 2024',
  'naïve café Übermut', 'e\u0301 u\u0308 A\u030A', 'ﬁne ① ㎏ ｆｕｌｌ', '日本語 漢字', '你好，世界', '한국어', 'привет МИР', 'αλεπού ΣΑΣ', 'İstanbul', '😀👍🏽👨‍👩‍👧', 'x==y&&!z',
  '[CLS] the [SEP]', '<s>the</s>', '<|end|>', 'the<|end|>dog <|end|> the', 'a word word2 word_3', '\u00a0\u2028\u3000x', '\u0000\u0007\u200b\ufeff', '▁the▁dog', '##the', '"quoted" (text), here!', 'http://example.org/a/b', 'zwölf Boxkämpfer jagen'];
const words = corpus.split(/\s+/);
const ranges = [[32, 126], [0xa1, 0x17f], [0x391, 0x3c9], [0x410, 0x44f], [0x5d0, 0x5ea], [0x905, 0x939], [0x3041, 0x3096], [0x4e00, 0x4fff], [0xac00, 0xadff], [0x2190, 0x21ff], [0x1f600, 0x1f640], [0x1d400, 0x1d44f]];
for (let i = 0; i < 48; i++) {
  let text = '';
  for (let n = 1 + int(10); n > 0; n--) {
    if (random() < 0.6) { text += words[int(words.length)] + (random() < 0.7 ? ' ' : ''); continue; }
    const [a, b] = ranges[int(ranges.length)];
    for (let m = 1 + int(4); m > 0; m--) text += String.fromCodePoint(a + int(b - a + 1));
  }
  strings.push(text);
}

function train(model, normalizer, preTokenizer) {
  const tokenizer = new Tokenizer(model);
  if (normalizer) tokenizer.setNormalizer(normalizer);
  if (preTokenizer) tokenizer.setPreTokenizer(preTokenizer);
  tokenizer.train([file]);
  const saved = path.join(os.tmpdir(), 'hebb-tokenizer.json');
  tokenizer.save(saved);
  return JSON.parse(fs.readFileSync(saved));
}

// Every byte in front, so that a byte-level vocabulary is whole; ids and merges move along.
function wholeBytes(json) {
  const bytes = parts.byteLevelAlphabet(), old = Object.entries(json.model.vocab).sort((a, b) => a[1] - b[1]).map(e => e[0]);
  const tokens = [...bytes, ...old.filter(t => !bytes.includes(t))];
  json.model.vocab = Object.fromEntries(tokens.map((t, i) => [t, i]));
  return json;
}
const limit = (json, merges) => {
  if (json.model.merges.length <= merges) return json;
  const made = new Set(json.model.merges.slice(0, merges).flatMap(([a, b]) => [a, b, a + b.replace(/^##/, '')]));
  const keep = Object.keys(json.model.vocab).filter(t => made.has(t) || [...t.replace(/^##/, '').replace('</w>', '')].length === 1);
  json.model.merges = json.model.merges.slice(0, merges);
  json.model.vocab = Object.fromEntries(keep.map((t, i) => [t, i]));
  return json;
};
// Special tokens after the vocabulary.
function special(json, tokens, more = {}) {
  const size = Array.isArray(json.model.vocab) ? json.model.vocab.length : Object.keys(json.model.vocab).length;
  json.added_tokens = tokens.map((content, i) => ({ id: size + i, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...more[content] }));
  return json;
}
const ids = (json, ...tokens) => tokens.map(t => [t, json.added_tokens.find(a => a.content === t).id]);
function template(json, cls, sep) {
  const [[, c], [, s]] = ids(json, cls, sep), token = (id, type_id) => ({ SpecialToken: { id, type_id } }), sequence = (id, type_id) => ({ Sequence: { id, type_id } });
  return {
    type: 'TemplateProcessing', single: [token(cls, 0), sequence('A', 0), token(sep, 0)],
    pair: [token(cls, 0), sequence('A', 0), token(sep, 0), sequence('B', 1), token(sep, 1)],
    special_tokens: { [cls]: { id: cls, ids: [c], tokens: [cls] }, [sep]: { id: sep, ids: [s], tokens: [sep] } },
  };
}
const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
const split = Regex => ({ type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }, bytes] });
const any = "(?i:'s|'t|'re|'ve|'m|'ll|'d)", rest = '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const head = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', tail = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';

// Trained once: the library numbers equal pairs anew in every run.
const base = special(wholeBytes(limit(train(BPE.empty(), null, parts.byteLevelPreTokenizer(false)), 300)), ['<|end|>']);
const gpt2 = () => structuredClone(base);
const wordPiece = () => {
  const json = train(WordPiece.empty(), parts.bertNormalizer(), parts.bertPreTokenizer());
  const kept = Object.keys(json.model.vocab).slice(0, 500);
  json.model.vocab = Object.fromEntries([...kept, '[UNK]'].map((t, i) => [t, i]));
  return json;
};
const unigram = pre => {
  const json = train(Unigram.empty(), parts.nfkcNormalizer(), pre);
  json.model.vocab = [['<unk>', 0], ...json.model.vocab.filter(v => v[0] !== '<unk>').slice(0, 400)];
  json.model.unk_id = 0;
  return json;
};
const set = (json, more) => Object.assign(json, more);
const model = (json, more) => { Object.assign(json.model, more); return json; };

const cases = {
  gpt2: () => set(gpt2(), { decoder: { ...bytes }, post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true } }),
  gpt2Prefix: () => set(gpt2(), { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }, decoder: { ...bytes } }),
  roberta: () => {
    const json = special(gpt2(), ['<s>', '</s>', '<mask>'], { '<mask>': { lstrip: true } });
    const [[, s], [, e]] = ids(json, '<s>', '</s>');
    return set(json, { decoder: { ...bytes }, post_processor: { type: 'RobertaProcessing', sep: ['</s>', e], cls: ['<s>', s], trim_offsets: true, add_prefix_space: true } });
  },
  cl100k: () => set(model(gpt2(), { ignore_merges: true }), { pre_tokenizer: split(`${any}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}${rest}`), decoder: { ...bytes } }),
  qwen: () => set(gpt2(), { normalizer: { type: 'NFC' }, pre_tokenizer: split(`${any}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${rest}`), decoder: { ...bytes } }),
  o200k: () => set(gpt2(), { pre_tokenizer: split(`[^\\r\\n\\p{L}\\p{N}]?${head}*${tail}+${any}?|[^\\r\\n\\p{L}\\p{N}]?${head}+${tail}*${any}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`), decoder: { ...bytes } }),
  otherPattern: () => set(gpt2(), { pre_tokenizer: split('\\p{Han}+|[a-z]{2,4}?[^\\S\\n]?|(?<=\\d)\\D|\\w++|(?=x)x.|\\s'), decoder: { ...bytes } }),
  bert: () => { const json = special(wordPiece(), ['[CLS]', '[SEP]', '[PAD]']); return set(json, { post_processor: template(json, '[CLS]', '[SEP]'), decoder: { type: 'WordPiece', prefix: '##', cleanup: true } }); },
  bertCased: () => {
    const json = special(wordPiece(), ['[CLS]', '[SEP]']), [c, s] = ids(json, '[CLS]', '[SEP]');
    return set(json, { normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: false, strip_accents: true, lowercase: false }, post_processor: { type: 'BertProcessing', sep: s, cls: c },
      truncation: { direction: 'Right', max_length: 12, strategy: 'LongestFirst', stride: 2 }, padding: { strategy: { Fixed: 12 }, direction: 'Left', pad_to_multiple_of: null, pad_id: 3, pad_type_id: 0, pad_token: '[PAD]' } });
  },
  metaspace: () => special(set(model(limit(train(BPE.empty(), null, parts.metaspacePreTokenizer('▁', 'first', true)), 250), { unk_token: 'e', fuse_unk: true }), { decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true } }), ['<|end|>'], { '<|end|>': { rstrip: true } }),
  fallback: () => {
    const json = limit(train(BPE.empty(), parts.sequenceNormalizer([parts.prependNormalizer('▁'), parts.replace(' ', '▁')])), 200);
    const tokens = Object.keys(json.model.vocab).filter(t => t.charCodeAt(0) < 0x250 || t[0] === '▁');
    const kept = new Set(tokens), merges = json.model.merges.filter(([a, b]) => kept.has(a) && kept.has(b) && kept.has(a + b));
    const all = ['<unk>', '<s>', '</s>', ...Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`), ...tokens];
    Object.assign(json.model, { vocab: Object.fromEntries(all.map((t, i) => [t, i])), merges, byte_fallback: true, fuse_unk: true, unk_token: '<unk>' });
    json.added_tokens = ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }));
    return set(json, { decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] } });
  },
  suffix: () => {
    // What training does not make: ends of words marked, or insides.
    const letters = [...'abcdefghijklmnopqrstuvwxyz'], tokens = [...letters, ...letters.map(c => c + '</w>'), 'th', 'the</w>', 'og</w>', 'dog</w>', 'in', 'ing</w>', 'ng</w>'];
    const merges = [['t', 'h'], ['th', 'e</w>'], ['o', 'g</w>'], ['d', 'og</w>'], ['n', 'g</w>'], ['i', 'n'], ['i', 'ng</w>']];
    const json = set(gpt2(), { normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'Whitespace' }, decoder: { type: 'BPEDecoder', suffix: '</w>' } });
    json.model = { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: '</w>', fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: Object.fromEntries(tokens.map((t, i) => [t, i])), merges };
    return special(json, ['word'], { word: { special: false, single_word: true, normalized: true } });
  },
  prefix: () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'], tokens = ['<unk>', ...letters, ...letters.map(c => '##' + c), 'th', 'the', '##og', 'dog'];
    const json = set(gpt2(), { normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'BertPreTokenizer' }, decoder: { type: 'WordPiece', prefix: '##', cleanup: true } });
    json.model = { type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: '##', end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: Object.fromEntries(tokens.map((t, i) => [t, i])), merges: [['t', '##h'], ['th', '##e'], ['##o', '##g'], ['d', '##og']] };
    return special(json, []);
  },
  unigram: () => set(unigram(parts.metaspacePreTokenizer()), { decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true } }),
  unigramWhole: () => set(unigram(parts.whitespaceSplitPreTokenizer()), { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }, { type: 'Strip', strip_left: true, strip_right: true }] } }),
  wordLevel: () => { const json = train(WordLevel.init ? WordLevel.init({}, { unkToken: '<unk>' }) : WordLevel.empty(), parts.nfdNormalizer(), parts.whitespacePreTokenizer()); json.model.vocab['<unk>'] = Object.keys(json.model.vocab).length; return special(model(json, { unk_token: '<unk>' }), []); },
  digits: () => set(gpt2(), { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'Punctuation', behavior: 'Contiguous' }, { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }] }, decoder: { ...bytes } }),
};
for (const behavior of ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'])
  for (const invert of [false, true])
    cases[`split${behavior}${invert}`] = () => set(gpt2(), { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: '[aeo ]' }, behavior, invert }, bytes] }, decoder: { ...bytes } });

(async () => {
  const lines = [JSON.stringify(strings)];
  for (const [name, make] of Object.entries(cases)) {
    const json = make(), tokenizer = Tokenizer.fromString(JSON.stringify(json)), results = [];
    for (let i = 0; i < strings.length; i++) {
      const one = await tokenizer.encode(strings[i]), pair = i % 8 === 0 ? await tokenizer.encode(strings[i], strings[(i * 5 + 3) % strings.length]) : null;
      const decoded = one.getLength() ? await tokenizer.decode(one.getIds(), true) : '';
      results.push([one.getIds(), one.getOffsets().flat(), decoded, one.getWordIds().map(w => w ?? -1), pair && pair.getIds(), pair && pair.getTypeIds()]);
    }
    lines.push(JSON.stringify({ name, json: name !== 'gpt2' && JSON.stringify(json.model) === JSON.stringify(base.model) ? { ...json, model: null } : json, results }));
  }
  fs.writeFileSync('tokenizers.jsonl.gz', zlib.gzipSync(lines.join('\n') + '\n', { level: 9 }));
})();
