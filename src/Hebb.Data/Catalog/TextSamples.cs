namespace Hebb.Data;

/// <summary>A text and its class.</summary>
/// <param name="Text">The text as published.</param>
/// <param name="Label">Index of the class in the dataset's labels.</param>
public sealed record TextSample(string Text, int Label);

/// <summary>A sentence in two languages.</summary>
/// <param name="Source">What is translated.</param>
/// <param name="Target">Its translation.</param>
public sealed record TranslationPair(string Source, string Target);

/// <summary>A sentence as words, and a tag for each.</summary>
/// <param name="Words">The words, punctuation marks among them.</param>
/// <param name="Tags">One a word, such as <c>B-PER</c> (a person's name begins), <c>I-PER</c> (it goes on), <c>O</c> (none).</param>
public sealed record TaggedSentence(IReadOnlyList<string> Words, IReadOnlyList<string> Tags);

/// <summary>A question whose answer is a part of a text.</summary>
/// <param name="Id">The question's name in the source.</param>
/// <param name="Context">The text.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer, as it stands in the text.</param>
/// <param name="AnswerStart">Where it stands: the index of its first char.</param>
public sealed record QuestionSample(string Id, string Context, string Question, string Answer, int AnswerStart);
