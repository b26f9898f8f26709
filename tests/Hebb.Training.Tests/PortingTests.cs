using System.Reflection;
using System.Text.RegularExpressions;
using Hebb.Data;
using Hebb.Tests;

namespace Hebb.Training.Tests;

/// <summary>docs/porting.md answers for every name of PyTorch 1.13 (Goldens/torch_names.py), and what it promises exists.</summary>
public sealed partial class PortingTests
{
    private static readonly Dictionary<string, Type[]> s_types = new[] { typeof(Tensor), typeof(Linear), typeof(Table), typeof(Trainer) }
        .SelectMany(t => t.Assembly.GetExportedTypes()).Where(t => !t.IsNested).GroupBy(t => t.Name.Split('`')[0]).ToDictionary(g => g.Key, g => g.ToArray());

    private static readonly string[][] s_rows = [.. new DocsPage("porting").Text.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Trim('|').Split(" | ")).Where(r => r.Length >= 2)];

    [Fact]
    public void EveryNameOfTorchIsThere()
    {
        string[] names = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Goldens", "torch_names.txt"));
        Assert.True(names.Length > 300);
        var listed = s_rows.SelectMany(r => Code().Matches(r[0])).Select(m => m.Groups[1].Value).ToHashSet();
        string[] missing = [.. names.Select(n => n.Split(' ')).Where(n => !IsAlike(n[0], n[1]) && !listed.Contains(n[0] is "F" or "init" ? $"{n[0]}.{n[1]}" : n[1])).Select(n => string.Join('.', n))];
        Assert.True(missing.Length == 0, $"docs/porting.md lacks {string.Join(", ", missing)}");
    }

    [Fact]
    public void WhatIsPromisedExists()
    {
        string[] promised = [.. s_rows.SelectMany(r => Code().Matches(r[1])).Select(m => m.Groups[1].Value).Distinct()];
        Assert.True(promised.Length > 150);
        string[] broken = [.. promised.Where(p => !Exists(p))];
        Assert.True(broken.Length == 0, $"docs/porting.md promises {string.Join(", ", broken)}");
    }

    /// <summary>Whether there is a class of this name; of functions, a method: <c>max_pool2d</c> is <c>MaxPool2d</c>.</summary>
    private static bool IsAlike(string kind, string name)
    {
        if (kind is "nn" or "optim" or "lr_scheduler") return s_types.ContainsKey(name);
        string plain = name.Replace("_", "");
        return (kind == "F" ? typeof(Tensor) : typeof(Init)).GetMethods().Any(m => m.Name.Equals(plain, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary><c>Type</c>, <c>Type.Member</c>, and either with names of arguments that one overload has: <c>Conv2d(groups:)</c>.</summary>
    private static bool Exists(string text)
    {
        var parts = Promise().Match(text);
        if (!parts.Success || !s_types.TryGetValue(parts.Groups["type"].Value, out var types)) return false;
        string[] arguments = [.. parts.Groups["argument"].Captures.Select(c => c.Value)];
        string member = parts.Groups["member"].Value;
        var members = types.SelectMany(t => member.Length == 0 ? t.GetConstructors() : t.GetMember(member));
        return arguments.Length == 0 ? member.Length == 0 || members.Any() : members.OfType<MethodBase>().Any(m => arguments.All(a => m.GetParameters().Any(p => p.Name == a)));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(?<type>\w+)(\.(?<member>\w+))?(\(((?<argument>\w+):(, )?)+\))?$")]
    private static partial Regex Promise();
}
