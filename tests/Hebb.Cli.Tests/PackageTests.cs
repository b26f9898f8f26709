using System.Diagnostics;
using Hebb.Cli.Tests.Launchers;

namespace Hebb.Cli.Tests;

/// <summary><c>dotnet pack</c> makes packages that a program outside the repository restores from a folder and uses, the generators included.</summary>
public sealed class PackageTests : IDisposable
{
    const string Program = """
        using Hebb;
        using Hebb.Ops;

        var x = Tensor.Full([2, 3], 1.5) + 1;
        Console.WriteLine($"{x.Shape} {x.Sum().Item()}");
        Console.WriteLine(string.Join(",", PrimitiveRegistry_App.All.Select(p => p.Name)));

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

    readonly string _folder = Directory.CreateTempSubdirectory("hebb packages ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ProgramOutsideTheRepositoryUsesThePackages()
    {
        string packages = Path.Combine(_folder, "packages");
        string app = Directory.CreateDirectory(Path.Combine(_folder, "app")).FullName;
        string configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}") ? "Release" : "Debug";
        Dotnet(ScriptFolder.Repository, "pack", "Hebb.slnx", "--no-build", "-c", configuration, "-v", "quiet", "-nologo", "-p:PackageOutputPath=" + packages);

        // Only the packages just made, and what the build has already fetched: nothing of Hebb from elsewhere.
        File.WriteAllText(Path.Combine(app, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{packages}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="fetched" value="{FetchedPackages()}" /></fallbackPackageFolders>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(app, "App.csproj"), Project);
        File.WriteAllText(Path.Combine(app, "Program.cs"), Program);
        Assert.Equal("[2, 3] 15\nown\n", Dotnet(app, "run", "-v", "quiet").ReplaceLineEndings("\n"));
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
