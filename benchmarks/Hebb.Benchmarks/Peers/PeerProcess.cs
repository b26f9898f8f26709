using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>
/// A peer in a process of its own, so that its threads and Hebb's know nothing of each other. It is asked line by line: <c>version</c>,
/// <c>prepare PROBLEM</c>, <c>output FILE</c>, <c>time CALLS</c>, each answered with <c>ok …</c> or <c>no REASON</c>. Where the system can,
/// the process stands still between questions: threads that spin on after a call take nothing from Hebb.
/// </summary>
internal sealed partial class PeerProcess : IContender, IDisposable
{
    private const int Continue = 18, Stop = 19;

    private static readonly bool s_canStop = OperatingSystem.IsLinux();

    private readonly Process _process;
    private readonly Task<string> _errors;

    public PeerProcess(string name, int threads, ProcessStartInfo start)
    {
        (Name, Threads) = (name, threads);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["HEBB_PEER_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new HebbException($"{name}: {start.FileName} does not start: {e.Message}");
        }
        _errors = _process.StandardError.ReadToEndAsync();
        try
        {
            Version = Ask("version");
        }
        catch (HebbException)
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public int Threads { get; }

    public string Version { get; }

    /// <summary>Makes it ready for a problem; false with the reason if it can't do that.</summary>
    public bool TryPrepare(Problem problem, out string reason) => TryAsk("prepare " + problem.Text, out reason);

    /// <summary>What comes out, as float32 numbers one output after the other.</summary>
    public float[] Output()
    {
        string file = Path.Combine(Path.GetTempPath(), $"hebb-bench-{Environment.ProcessId}-{Name}.f32");
        try
        {
            Ask("output " + file);
            return MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
        }
        finally
        {
            File.Delete(file);
        }
    }

    public double Time(long calls)
    {
        // Hebb's own threads come to rest first.
        Thread.Sleep(s_canStop ? 4 : 30);
        double taken = double.Parse(Ask($"time {calls} {LocalContender.Uncounted(calls)}"), CultureInfo.InvariantCulture);
        if (!s_canStop) Thread.Sleep(30);
        return taken;
    }

    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
        _process.Dispose();
    }

    private string Ask(string question) => TryAsk(question, out string answer) ? answer : throw new HebbException($"{Name}: {question}: {answer}");

    private bool TryAsk(string question, out string answer)
    {
        try
        {
            if (s_canStop) _ = Kill(_process.Id, Continue);
            _process.StandardInput.WriteLine(question);
            _process.StandardInput.Flush();
            for (; ; )
            {
                string line = _process.StandardOutput.ReadLine() ?? throw new IOException();
                // Libraries may have words of their own.
                if (!line.StartsWith("ok", StringComparison.Ordinal) && !line.StartsWith("no ", StringComparison.Ordinal)) continue;
                if (s_canStop) _ = Kill(_process.Id, Stop);
                answer = line.Length > 3 ? line[3..] : "";
                return line[0] == 'o';
            }
        }
        catch (IOException)
        {
            string said = _errors.Wait(1000) ? _errors.Result.TrimEnd().Split('\n')[^1].Trim() : "";
            throw new HebbException($"{Name}: its process ended at `{question}`{(said.Length > 0 ? ": " + said : "")}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
