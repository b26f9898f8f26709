using System.Reflection;
using System.Text.RegularExpressions;

namespace Hebb.Nn.Tests;

/// <summary>docs/modules.md lists every public layer and loss with the tests that check it.</summary>
public partial class ModuleDocsTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Root(), "docs", "modules.md"));

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hebb.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Hebb.slnx above the tests");
        return folder;
    }

    [Fact]
    public void EveryLayerIsListed()
    {
        var layers = typeof(Linear).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Module)) && !t.IsAbstract).Select(t => t.Name);
        Assert.DoesNotContain(layers, name => !s_page.Contains($"`{name}`"));
    }

    [Fact]
    public void EveryLossIsListed()
    {
        var losses = typeof(Losses).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name).Distinct();
        Assert.DoesNotContain(losses, name => !s_page.Contains($"`{name}`"));
    }

    [Fact]
    public void EveryTestNamedThereExists()
    {
        string[] named = [.. TestName().Matches(s_page).Select(m => m.Groups[1].Value).Distinct()];
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(typeof(ModuleDocsTests).Assembly.GetTypes().Select(t => t.Name)));
    }

    [GeneratedRegex("`([A-Za-z]+Tests)`")]
    private static partial Regex TestName();
}
