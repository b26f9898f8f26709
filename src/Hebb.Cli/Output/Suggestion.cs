namespace Hebb.Cli;

/// <summary>What a user may have meant by a name that there is not.</summary>
internal static class Suggestion
{
    /// <summary>" (did you mean x?)" for names that are near, otherwise " (there are x, y and z)".</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        string[] all = [.. known];
        string[] near = [.. all.Where(k => IsNear(name, k))];
        if (near.Length > 0) return $" (did you mean {Join(near, "or")}?)";
        return all.Length switch { 0 => "", 1 => $" (there is {all[0]})", _ => $" (there are {Join(all, "and")})" };
    }

    private static bool IsNear(string name, string known) =>
        known.StartsWith(name, StringComparison.OrdinalIgnoreCase) && name.Length > 1
        || Distance(name.ToLowerInvariant(), known) <= Math.Max(1, known.Length / 3);

    private static string Join(string[] names, string word) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} {word} {names[^1]}";

    /// <summary>Letters to insert, delete, change or swap with their neighbour (Damerau and Levenshtein, restricted).</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > b.Length) return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(changed, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
