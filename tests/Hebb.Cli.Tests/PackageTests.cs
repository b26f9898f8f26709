using System.Diagnostics;
using Hebb.Cli.Tests.Launchers;

namespace Hebb.Cli.Tests;

/// <summary><c>dotnet pack</c> makes packages that a program outside the repository restores from a folder and uses, the generators included.</summary>
public sealed class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    const string OwnParts = """
        using Hebb;
        using Hebb.Ops;

        var x = Tensor.Full([2, 3], 1.5) + 1;
        Console.WriteLine($"{x.Shape} {x.Sum().Item()}");
        Console.WriteLine(string.Join(",", PrimitiveRegistry_App.All.Select(p => p.Name)));
        Console.WriteLine(string.Join(",", new Net().NamedParameters().Select(p => p.Name)));

        sealed partial class Net : Module
        {
            public Linear InProj { get; } = new(3, 4);
            public List<Linear> Heads { get; } = [new(4, 1, bias: false)];
            protected override Tensor Forward(Tensor x) => Heads[0].Call(InProj.Call(x));
        }

        sealed class Own : Primitive
        {
            public override string Name => "own";
            public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];
            public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) { }
        }
        """;

    const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <AssemblyName>App</AssemblyName>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Hebb.Models" Version="0.1.0" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public void AProgramDefinesItsOwnOpsAndModules() =>
        Assert.Equal("[2, 3] 15\nown\nin_proj.weight,in_proj.bias,heads.0.weight\n", packages.Run("own", OwnParts).Output);

    /// <summary>The code that the README opens with does what it says.</summary>
    [Fact]
    public void TheReadmeRuns()
    {
        string readme = File.ReadAllText(Path.Combine(ScriptFolder.Repository, "README.md"));
        string code = readme.Split("```csharp")[1].Split("```")[0];
        var (output, folder) = packages.Run("readme", code);
        var accuracy = System.Text.RegularExpressions.Regex.Match(output.TrimEnd().Split('\n')[^1], @"accuracy ([\d.]+) ?% \(360 samples\)");
        Assert.True(accuracy.Success, output);
        Assert.InRange(double.Parse(accuracy.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 90, 100);
        Assert.InRange(new FileInfo(Path.Combine(folder, "digits.hebb")).Length, 1000, 1 << 20);
    }

    /// <summary>The packages, made once from what was built, and a cache that starts empty.</summary>
    public sealed class Packages : IDisposable
    {
        readonly string _folder = Directory.CreateTempSubdirectory("hebb packages ").FullName;

        public Packages()
        {
            string configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}") ? "Release" : "Debug";
            Dotnet(ScriptFolder.Repository, "pack", "Hebb.slnx", "--no-build", "-c", configuration, "-v", "quiet", "-nologo", "-p:PackageOutputPath=" + Path.Combine(_folder, "packages"));
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        public (string Output, string Folder) Run(string name, string program)
        {
            string app = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            // Only the packages just made, and what the build has already fetched: nothing of Hebb from elsewhere.
            File.WriteAllText(Path.Combine(app, "nuget.config"), $"""
                <configuration>
                  <packageSources><clear /><add key="local" value="{Path.Combine(_folder, "packages")}" /></packageSources>
                  <fallbackPackageFolders><clear /><add key="fetched" value="{FetchedPackages()}" /></fallbackPackageFolders>
                </configuration>
                """);
            File.WriteAllText(Path.Combine(app, "App.csproj"), Project);
            File.WriteAllText(Path.Combine(app, "Program.cs"), program);
            return (Dotnet(app, "run", "-v", "quiet").ReplaceLineEndings("\n"), app);
        }

        static string FetchedPackages() =>
            Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
                ? folder
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        string Dotnet(string folder, params string[] arguments)
        {
            var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "cache");
            // Compiler servers outlive the command and would hold its output open.
            start.Environment["UseSharedCompilation"] = "false";
            start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
            start.Environment.Remove("CI");
            using Process process = Process.Start(start)!;
            Outcome outcome = ScriptFolder.End(process);
            Assert.True(outcome.Status == 0, outcome.Output + outcome.Errors);
            return outcome.Output;
        }
    }
}
