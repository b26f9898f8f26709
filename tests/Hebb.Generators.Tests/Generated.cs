using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Hebb.Generators.Tests;

/// <summary>What the generators made of some source: their files, their diagnostics, and the assembly that all of it compiles to.</summary>
sealed class Generated
{
    static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    static readonly ImmutableArray<MetadataReference> Platform =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal))
            .Select(p => (MetadataReference)MetadataReference.CreateFromFile(p))];

    readonly CSharpCompilation _compilation;

    Generated(CSharpCompilation compilation, ImmutableArray<Diagnostic> diagnostics, IReadOnlyDictionary<string, string> files)
    {
        _compilation = compilation;
        Diagnostics = diagnostics;
        Files = files;
    }

    public ImmutableArray<Diagnostic> Diagnostics { get; }

    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>Compiles the sources together with <see cref="Runtime.Source"/> under the assembly name <c>Hebb.Core</c>.</summary>
    public static Generated From(params string[] sources) => From("Hebb.Core", [], [Runtime.Source, .. sources]);

    /// <summary>Compiles the sources as another assembly that refers to one with <see cref="Runtime.Source"/>.</summary>
    public static Generated FromUserCode(params string[] sources) =>
        From("My.App", [From("Hebb.Core", [], [Runtime.Source])._compilation.ToMetadataReference()], sources);

    /// <summary>The driver after one run over the sources, and the compilation that it ran over.</summary>
    public static (GeneratorDriver Driver, CSharpCompilation Compilation) Drive(params string[] sources)
    {
        CSharpCompilation compilation = Compile("Hebb.Core", [], [Runtime.Source, .. sources]);
        return (Driver().RunGenerators(compilation), compilation);
    }

    /// <summary>Every warning and error, but for undocumented members in the sources themselves.</summary>
    public IReadOnlyList<string> CompilerDiagnostics() =>
        [.. _compilation.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning && !IsUndocumentedSource(d)).Select(d => d.ToString())];

    /// <summary>Loads the compiled assembly; fails on any warning.</summary>
    public Assembly Load()
    {
        Assert.Empty(Diagnostics);
        Assert.Empty(CompilerDiagnostics());
        using var image = new MemoryStream();
        Assert.True(_compilation.Emit(image).Success);
        image.Position = 0;
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(image);
    }

    public object? Run(string type, string method) =>
        Load().GetType(type, throwOnError: true)!.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, null);

    public static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, ParseOptions, path);

    static bool IsUndocumentedSource(Diagnostic d) => d.Id == "CS1591" && d.Location.GetLineSpan().Path.StartsWith("Source", StringComparison.Ordinal);

    static Generated From(string assembly, MetadataReference[] references, string[] sources)
    {
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(Compile(assembly, references, sources), out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
        return new((CSharpCompilation)output, diagnostics,
            driver.GetRunResult().Results.SelectMany(r => r.GeneratedSources).ToDictionary(s => s.HintName, s => s.SourceText.ToString()));
    }

    static CSharpCompilation Compile(string assembly, MetadataReference[] references, string[] sources) => CSharpCompilation.Create(
        assembly,
        sources.Select((s, i) => Parse(s, $"Source{i}.cs")),
        Platform.AddRange(references),
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));

    static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [
            new FacadeGenerator().AsSourceGenerator(),
            new PrimitiveRegistryGenerator().AsSourceGenerator(),
            new ModuleVisitorGenerator().AsSourceGenerator(),
            new TableRecordGenerator().AsSourceGenerator(),
        ],
        parseOptions: ParseOptions,
        driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
}
