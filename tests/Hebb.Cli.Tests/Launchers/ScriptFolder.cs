using System.Diagnostics;

namespace Hebb.Cli.Tests.Launchers;

/// <summary>How a script ended and what it wrote.</summary>
sealed record Outcome(int Status, string Output, string Errors, int ProcessId)
{
    public string LastLine => Output.TrimEnd('\n').Split('\n')[^1];
}

/// <summary>
/// A folder with the repository's launchers, a few sources, and a <c>dotnet</c> that writes down its arguments instead of compiling: it
/// "builds" by copying Program.cs, "runs" a program by printing it, and "runs" tests by copying results that the test laid out.
/// </summary>
sealed class ScriptFolder : IDisposable
{
    const string FakeDotnet = """
        #!/bin/sh
        echo "$*" >>"$FAKE/calls"
        case $1 in
            --version) [ -z "${FAKE_NO_SDK:-}" ] || exit 145 ;;
            build)
                sleep "${FAKE_SECONDS:-0}"
                if [ -n "${FAKE_ERROR:-}" ]; then
                    echo "$FAKE_ERROR"
                    echo
                    echo "$FAKE_ERROR"
                    exit 1
                fi
                mkdir -p src/Hebb.Cli/bin/Release/net10.0
                cp src/Hebb.Cli/Program.cs src/Hebb.Cli/bin/Release/net10.0/hebb.dll
                ;;
            format) exit "${FAKE_FORMAT:-0}" ;;
            */hebb.dll)
                echo "ran $(cat "$1") as $$ in $(pwd -P)"
                shift
                for argument; do echo "[$argument]"; done
                exit "${FAKE_STATUS:-0}"
                ;;
            *Tests.dll)
                name=$(basename "$1" .dll)${HEBB_ISA:+-$HEBB_ISA}${HEBB_DEBUG:+-${HEBB_DEBUG}ed}
                while [ "$1" != -xml ]; do shift; done
                [ ! -f "$FAKE/$name.xml" ] || cp "$FAKE/$name.xml" "$2"
                [ ! -f "$FAKE/$name.output" ] || cat "$FAKE/$name.output"
                [ ! -f "$FAKE/$name.status" ] || exit "$(cat "$FAKE/$name.status")"
                ;;
        esac
        """;

    static readonly string[] Scripts = ["hebb", "test", "scripts/build.sh", ".ci/run"];

    readonly string _top = Directory.CreateTempSubdirectory("hebb scripts ").FullName;

    public ScriptFolder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "these launchers are shell scripts");
        Root = Path.Combine(_top, "a repository");
        Fake = Path.Combine(_top, "fake");
        foreach (string script in Scripts)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, script))!);
            File.Copy(Path.Combine(Repository, script), Path.Combine(Root, script));
        }

        Write("src/Hebb.Cli/Program.cs", "one");
        Write("src/Hebb.Cli/Other.cs", "other");
        Write("Directory.Build.props", "props");
        Directory.CreateDirectory(Fake);
        string dotnet = Path.Combine(Fake, "dotnet");
        File.WriteAllText(dotnet, FakeDotnet);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static string Repository { get; } = FindRepository();

    /// <summary>The folder that stands for a clone of the repository; its path has spaces.</summary>
    public string Root { get; }

    public string Fake { get; }

    /// <summary>The builds so far, each with its arguments.</summary>
    public string[] Builds => [.. Calls.Where(c => c.StartsWith("build ", StringComparison.Ordinal))];

    public string[] Calls => File.Exists(Path.Combine(Fake, "calls")) ? File.ReadAllLines(Path.Combine(Fake, "calls")) : [];

    public string At(string path) => Path.Combine(Root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public Outcome Run(string script, string[] arguments, params (string Name, string? Value)[] environment)
    {
        using Process process = Start(script, arguments, environment);
        return End(process);
    }

    public Process Start(string script, string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(At(script)) { WorkingDirectory = _top, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What the outer run of the tests has set must not reach the inner one.
        foreach (string name in (string[])["CI", "HEBB_TEST_ALL", "HEBB_ISA"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["PATH"] = Fake + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["FAKE"] = Fake;
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static Outcome End(Process process)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result, process.Id);
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);

    static string FindRepository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hebb.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the tests run inside the repository");
        }

        return folder;
    }
}
