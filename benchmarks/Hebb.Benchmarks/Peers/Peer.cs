using System.Diagnostics;
using Hebb.Cpu;

namespace Hebb.Benchmarks;

/// <summary>Something that Hebb is timed against.</summary>
internal abstract class Peer
{
    public abstract string Name { get; }

    /// <summary>Why it can't be asked on this machine and what mends that, in one line; null if it can.</summary>
    public abstract string? Problem();

    /// <summary>The program that answers for it, with the settings that do not change between cases.</summary>
    public abstract ProcessStartInfo Program();

    public static IReadOnlyList<Peer> All { get; } = [new OpenBlasPeer(), new OneDnnPeer(), new OnnxRuntimePeer(), new TorchPeer()];

    /// <summary>Settings of the environment of which each case takes those that are fastest for it.</summary>
    protected virtual IReadOnlyList<IReadOnlyDictionary<string, string>> Variants(int threads) => [new Dictionary<string, string>()];

    /// <summary>Starts it, once for each variant, with its best settings for so many threads, and held to AVX2 where Hebb is.</summary>
    public PeerProcesses Start(int threads)
    {
        var started = new List<PeerProcess>();
        try
        {
            foreach (var variant in Variants(threads)) started.Add(Start(threads, variant));
        }
        catch (HebbException)
        {
            foreach (var process in started) process.Dispose();
            throw;
        }
        return new PeerProcesses(started);
    }

    private PeerProcess Start(int threads, IReadOnlyDictionary<string, string> variant)
    {
        var start = Program();
        string count = threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (string name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS"]) start.Environment[name] = count;
        foreach (var (name, value) in variant) start.Environment[name] = value;
        if (Isa.Path == IsaPath.Avx2)
        {
            start.Environment["ONEDNN_MAX_CPU_ISA"] = start.Environment["DNNL_MAX_CPU_ISA"] = "AVX2";
            start.Environment["OPENBLAS_CORETYPE"] = "Haswell";
            start.Environment["ATEN_CPU_CAPABILITY"] = "avx2";
        }
        else if (Isa.Path == IsaPath.Avx512 && OpenBlas.KnowsNotThisProcessor && !start.Environment.ContainsKey("OPENBLAS_CORETYPE"))
        {
            start.Environment["OPENBLAS_CORETYPE"] = "SkylakeX";
        }
        return new PeerProcess(Name, threads, start);
    }

    /// <summary>What installs peers, as a user can paste it.</summary>
    protected static string Install(string peer) => $"sh benchmarks/peers/install.sh {peer}";

    /// <summary>This program itself, asked to speak for a native library.</summary>
    internal static ProcessStartInfo Self(string peer)
    {
        string program = Environment.ProcessPath ?? "dotnet";
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "hebb.dll"));
        foreach (string argument in (string[])["bench", "--peer-process", peer]) start.ArgumentList.Add(argument);
        return start;
    }
}
