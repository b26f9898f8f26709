using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>A native library that can be asked to do problems.</summary>
internal interface INativePeer
{
    string Version { get; }

    /// <exception cref="NotSupportedException">It can't do that; the message says why.</exception>
    INativeProblem Prepare(Problem problem, int threads);
}

/// <summary>A problem laid out in a native library's memory.</summary>
internal interface INativeProblem
{
    void Call();

    /// <summary>What the last call left.</summary>
    IEnumerable<float[]> Outputs();
}

/// <summary>The other end of <see cref="PeerProcess"/> for libraries that are called from C#.</summary>
internal static partial class PeerServer
{
    public static int Run(string name, TextReader input, TextWriter output)
    {
        DieWithParent();
        INativePeer? peer = null;
        INativeProblem? problem = null;
        int threads = int.Parse(Environment.GetEnvironmentVariable("HEBB_PEER_THREADS") ?? "1", CultureInfo.InvariantCulture);
        while (input.ReadLine() is { } line)
        {
            string answer;
            try
            {
                peer ??= Open(name);
                string[] words = line.Split(' ', 2);
                answer = words[0] switch
                {
                    "version" => "ok " + peer.Version,
                    "prepare" => Prepare(words[1]),
                    "output" => Output(words[1]),
                    "time" => Time(words[1]),
                    _ => $"no question {words[0]} is known",
                };
            }
            catch (Exception e) when (e is NotSupportedException or DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
            {
                answer = "no " + e.Message.ReplaceLineEndings(" ");
            }
            output.WriteLine(answer);
            output.Flush();
        }
        return 0;

        string Prepare(string text)
        {
            NativeBuffer.FreeAll();
            problem = peer.Prepare(new Problem(text), threads);
            return "ok";
        }

        string Output(string path)
        {
            problem!.Call();
            using var file = File.Create(path);
            foreach (float[] values in problem.Outputs()) file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            return "ok";
        }

        string Time(string text)
        {
            string[] counts = text.Split(' ');
            long calls = long.Parse(counts[0], CultureInfo.InvariantCulture);
            for (long warm = long.Parse(counts[1], CultureInfo.InvariantCulture); warm > 0; warm--) problem!.Call();
            long start = Stopwatch.GetTimestamp();
            for (long i = 0; i < calls; i++) problem!.Call();
            return "ok " + Stopwatch.GetElapsedTime(start).TotalNanoseconds.ToString("0", CultureInfo.InvariantCulture);
        }
    }

    private static INativePeer Open(string name) => name switch
    {
        "openblas" => new OpenBlas(),
        "onednn" => new OneDnn(),
        "onnxruntime" => new OnnxRuntime(),
        _ => throw new NotSupportedException($"no peer is called {name}"),
    };

    /// <summary>A process that stands still would outlive a parent that was killed.</summary>
    private static void DieWithParent()
    {
        const int setDeathSignal = 1, kill = 9;
        if (OperatingSystem.IsLinux()) _ = ProcessControl(setDeathSignal, kill, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);
}
