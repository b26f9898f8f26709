using System.Reflection;
using Hebb.Tests;

namespace Hebb.Nn.Tests;

/// <summary>docs/modules.md and docs/optimizers.md list every public name with the tests that check it.</summary>
public class DocsTests
{
    private static IEnumerable<string> Methods(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name);

    [Theory, InlineData(typeof(Module), "modules", 100), InlineData(typeof(Optimizer), "optimizers", 20), InlineData(typeof(Schedule), "optimizers", 20)]
    public void EveryKindIsListed(Type type, string page, int least) =>
        new DocsPage(page).Lists(typeof(Linear).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(type) && !t.IsAbstract).Select(t => t.Name), least);

    [Theory, InlineData(typeof(Losses), "modules", 50), InlineData(typeof(Init), "optimizers", 12), InlineData(typeof(GradientClipping), "optimizers", 2)]
    public void EveryMethodIsListed(Type type, string page, int least) => new DocsPage(page).Lists(Methods(type), least);
}
