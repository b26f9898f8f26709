namespace Hebb.Ops;

/// <summary>A parsed equation of <see cref="Tensor.Einsum"/>: a letter for every axis of every operand and of the result.</summary>
internal sealed class EinsumEquation
{
    // The axes that ... stands for get characters past the letters, the last axis the lowest.
    private const char FirstHidden = '\u0100';

    private readonly Dictionary<char, int> _sizes = [];

    private EinsumEquation(string text, string[] inputs, string output)
    {
        Text = text;
        Inputs = inputs;
        Output = output;
    }

    public string Text { get; }

    public string[] Inputs { get; }

    public string Output { get; }

    /// <summary>The size of the axes with a letter: that which is not 1, if there is one.</summary>
    public int Size(char letter) => _sizes[letter];

    /// <summary>The letters that the result or operands after <paramref name="index"/> have.</summary>
    public HashSet<char> NeededAfter(List<EinsumTerm> terms, int index)
    {
        var needed = new HashSet<char>(Output);
        for (int i = index + 1; i < terms.Count; i++)
            needed.UnionWith(terms[i].Letters);
        return needed;
    }

    /// <exception cref="ShapeException">The equation does not parse, or does not fit the operands.</exception>
    public static EinsumEquation Parse(string text, ReadOnlySpan<Tensor> operands)
    {
        string[] sides = text.Replace(" ", "").Split("->");
        string[] inputs = sides[0].Split(',');
        if (sides.Length > 2)
            throw Bad(text, "'->' occurs more than once");
        if (inputs.Length != operands.Length)
            throw Bad(text, $"it has {inputs.Length} operands, {operands.Length} were given");
        int hidden = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            Check(text, inputs[i]);
            int named = inputs[i].Count(char.IsAsciiLetter), extra = operands[i].Rank - named;
            bool open = named < inputs[i].Length;
            if (extra < 0 || (extra > 0 && !open))
                throw Bad(text, $"'{inputs[i]}' names {named} axes, operand {i} is {operands[i].Shape}");
            hidden = Math.Max(hidden, extra);
            inputs[i] = inputs[i].Replace("...", Hidden(extra));
        }
        string output = sides.Length == 2 ? sides[1] : "..." + Implicit(inputs);
        Check(text, output);
        var parsed = new EinsumEquation(text, inputs, output.Replace("...", Hidden(hidden)));
        for (int i = 0; i < inputs.Length; i++)
        {
            for (int axis = 0; axis < inputs[i].Length; axis++)
                parsed.AddSize(inputs[i][axis], operands[i].Shape[axis]);
        }
        foreach (char letter in parsed.Output)
        {
            if (!parsed._sizes.ContainsKey(letter))
                throw Bad(text, $"the result has '{letter}', which no operand has");
            if (parsed.Output.Count(c => c == letter) > 1)
                throw Bad(text, $"the result has '{letter}' twice");
        }
        return parsed;
    }

    private void AddSize(char letter, int size)
    {
        if (!_sizes.TryGetValue(letter, out int known) || known == 1)
            _sizes[letter] = size;
        else if (size != known && size != 1)
            throw Bad(Text, $"{(letter < FirstHidden ? $"'{letter}'" : "an axis of '...'")} is {known} in one place and {size} in another");
    }

    private static void Check(string text, string axes)
    {
        int dots = axes.IndexOf("...", StringComparison.Ordinal);
        string letters = dots < 0 ? axes : axes.Remove(dots, 3);
        foreach (char c in letters)
        {
            if (!char.IsAsciiLetter(c))
                throw Bad(text, $"'{c}' is not a letter");
        }
    }

    private static string Hidden(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)(FirstHidden + count - 1 - i)));

    private static string Implicit(string[] inputs)
    {
        string all = string.Concat(inputs);
        return string.Concat(all.Where(c => c < FirstHidden && all.Count(o => o == c) == 1).Order());
    }

    private static ShapeException Bad(string text, string reason) => new($"Einsum: \"{text}\": {reason}");
}
