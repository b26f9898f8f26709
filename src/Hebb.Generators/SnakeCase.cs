using System.Text;

namespace Hebb.Generators;

/// <summary>Turns C# member names into the names that PyTorch's state dicts use: <c>InProjWeight</c> becomes <c>in_proj_weight</c>.</summary>
internal static class SnakeCase
{
    public static string From(string member)
    {
        string name = member.TrimStart('_');
        if (name.Length == 0)
        {
            return member;
        }

        var result = new StringBuilder(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && StartsWord(name, i))
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    // After a lower-case letter a capital always starts a word (inProj). After a capital or a digit it does only when a lower-case
    // letter follows, so that QKVProj is qkv_proj and L0Weight is l0_weight, while Conv2D stays conv2d and W1Q stays w1q.
    static bool StartsWord(string name, int i)
    {
        char before = name[i - 1];
        if (before == '_')
        {
            return false;
        }

        return char.IsLower(before) || (i + 1 < name.Length && char.IsLower(name[i + 1]));
    }
}
