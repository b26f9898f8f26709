using System.Reflection;
using System.Text.RegularExpressions;

namespace Hebb.Nn.Tests;

/// <summary>docs/optimizers.md lists every public optimizer, schedule and initialiser with the tests that check it.</summary>
public partial class OptimizerDocsTests
{
    private static readonly string s_root = Root(), s_page = File.ReadAllText(Path.Combine(s_root, "docs", "optimizers.md"));

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hebb.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Hebb.slnx above the tests");
        return folder;
    }

    [Theory, InlineData(typeof(Optimizer), 20), InlineData(typeof(Schedule), 20)]
    public void EveryKindIsListed(Type type, int least)
    {
        string[] names = [.. type.Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(type) && !t.IsAbstract).Select(t => t.Name)];
        Assert.True(names.Length >= least);
        Assert.DoesNotContain(names, name => !s_page.Contains($"| `{name}`") && !s_page.Contains($", `{name}`"));
    }

    [Theory, InlineData(typeof(Init)), InlineData(typeof(GradientClipping))]
    public void EveryMethodIsListed(Type type)
    {
        var names = type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name).Distinct();
        Assert.DoesNotContain(names, name => !s_page.Contains($"`{name}`"));
    }

    [Fact]
    public void EveryTestNamedThereExists()
    {
        string[] named = [.. TestName().Matches(s_page).Select(m => m.Groups[1].Value).Distinct()];
        Assert.NotEmpty(named);
        var files = Directory.EnumerateFiles(Path.Combine(s_root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f));
        Assert.Empty(named.Except(files));
    }

    [GeneratedRegex("`([A-Za-z]+Tests)`")]
    private static partial Regex TestName();
}
