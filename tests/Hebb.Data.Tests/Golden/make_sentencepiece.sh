#!/usr/bin/env bash
# Writes sentencepiece.txt: small models trained by SentencePiece 0.1.97 (Debian package sentencepiece), in base64, and the ids that
# spm_encode gives for some lines.
set -eu
out=$PWD/sentencepiece.txt; work=$(mktemp -d); cd "$work"
cat > corpus.txt <<'T'
The quick brown fox jumps over the lazy dog. It wasn't the dog's fault; they'd slept for 12 hours, or 720 minutes.
A language model reads text as tokens: pieces of words, of numbers such as 3.14159 and 2024, of signs like (a + b) * c.
To be or not to be, that is the question: whether 'tis nobler in the mind to suffer the slings and arrows of outrageous fortune.
Der schnelle braune Fuchs springt über den faulen Hund. Größe, Straße, Übermut, natürlich, außerdem, zwölf Boxkämpfer.
日本語の文章には漢字とひらがなとカタカナが混ざっています。今日は良い天気ですね。東京は大きな都市です。
The dog and the fox read the text of the model; the model reads the text of the dog. The the the of of of and and and in in to to.
T
cat > lines.txt <<'T'
the dog
 the  dog 
The DOGs of war, 12 and 2024!
über Straße Größe
日本語の天気 です
naïve café ﬁne ① ｆｕｌｌ
😀👍 привет
a

x  y   z 
▁the▁dog
tab	separated
unknown ɸ ʘ ʘʘ x
reads the text of the tokens: outrageous
T
printf '41\t61\nC0\t61\nFB01\t66 69\n2460\t31\n9\t20\n3000\t20\nFF46\t66\n66 66\t46\n200B\t\n' > rules.tsv
: > "$out"
model() { # name, options of spm_train
  local name=$1; shift
  spm_train --input=corpus.txt --model_prefix="$name" --hard_vocab_limit=false --minloglevel=3 "$@" >/dev/null 2>&1
  printf '%s\t%s\n' "$name" "$(base64 -w0 "$name.model")" >> "$out"
  while IFS= read -r line; do printf '\t%s\t%s\n' "$(printf '%s' "$line" | base64 -w0)" "$(printf '%s\n' "$line" | spm_encode --model="$name.model" --output_format=id)" >> "$out"; done < lines.txt
}
model unigram --model_type=unigram --vocab_size=250 --normalization_rule_tsv=rules.tsv
model unigram-bytes --model_type=unigram --vocab_size=450 --byte_fallback --normalization_rule_name=identity --remove_extra_whitespaces=false --character_coverage=0.98
model bpe --model_type=bpe --vocab_size=300 --normalization_rule_tsv=rules.tsv
model bpe-bytes --model_type=bpe --vocab_size=500 --byte_fallback --normalization_rule_name=identity --remove_extra_whitespaces=false --character_coverage=0.98 --split_digits
model char --model_type=char --vocab_size=150 --normalization_rule_name=identity --add_dummy_prefix=false
