using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>PyTorch, through a Python process that times itself (torch_peer.py). The interpreter is <c>$HEBB_PYTHON</c>, or the system's.</summary>
internal sealed class TorchPeer : Peer
{
    private readonly Lazy<(string? Python, string Folder)> _found = new(Find);

    public override string Name => "torch";

    public override string? Problem()
    {
        var (python, folder) = _found.Value;
        if (python is null) return $"no Python with torch and numpy on this machine ({Install(Name)})";
        // A distribution's package calls the system's BLAS; others bring their own.
        if (!folder.StartsWith("/usr/lib/", StringComparison.Ordinal) || !NativeLibrary.TryLoad("libblas.so.3", out nint blas)) return null;
        return NativeLibrary.TryGetExport(blas, "openblas_get_config", out _) ? null : $"libblas.so.3 is not OpenBLAS, so its products would crawl ({Install(Name)})";
    }

    public override ProcessStartInfo Program()
    {
        var start = new ProcessStartInfo(_found.Value.Python!);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "torch_peer.py"));
        // glibc gives large blocks back to the system at once: every result would then be paid for in page faults.
        start.Environment["MALLOC_MMAP_MAX_"] = "0";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "68719476736";
        start.Environment["MALLOC_TOP_PAD_"] = "67108864";
        return start;
    }

    /// <summary>
    /// With several threads, those of OpenMP spin on while OpenBLAS's own want the cores. Where matrix products alternate with other work
    /// it is many times faster when only one of the two libraries has threads that spin.
    /// </summary>
    protected override IReadOnlyList<IReadOnlyDictionary<string, string>> Variants(int threads) => threads == 1
        ? base.Variants(threads)
        : [.. base.Variants(threads), new Dictionary<string, string> { ["GOMP_SPINCOUNT"] = "0" }, new Dictionary<string, string> { ["OPENBLAS_NUM_THREADS"] = "1" }];

    private static (string? Python, string Folder) Find()
    {
        string[] interpreters = Environment.GetEnvironmentVariable("HEBB_PYTHON") is { Length: > 0 } chosen ? [chosen] : ["/usr/bin/python3", "python3", "python"];
        foreach (string python in interpreters)
        {
            var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("import importlib.util as u; t, n = u.find_spec('torch'), u.find_spec('numpy'); print(t.origin if t and n else '')");
            try
            {
                using var process = Process.Start(start)!;
                string folder = process.StandardOutput.ReadToEnd().Trim();
                process.WaitForExit();
                if (folder.Length > 0) return (python, folder);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no such program.
            }
        }
        return (null, "");
    }
}
