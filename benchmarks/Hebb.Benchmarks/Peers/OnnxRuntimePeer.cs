using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>
/// ONNX Runtime on models of one node, and on whole ones. The library is <c>$HEBB_ONNXRUNTIME</c>, or that of the npm package onnxruntime-node: below
/// benchmarks/peers or a folder of <c>$NODE_PATH</c>. It has no switch that keeps it from AVX-512.
/// </summary>
internal sealed class OnnxRuntimePeer : Peer
{
    public override string Name => "onnxruntime";

    public override string? Problem() => Find() is null ? $"no libonnxruntime.so.1 here ({Install(Name)})" : null;

    public override ProcessStartInfo Program() => Self(Name);

    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HEBB_ONNXRUNTIME") is { Length: > 0 } chosen) return File.Exists(chosen) ? chosen : null;
        string architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        foreach (string modules in ModuleFolders())
        {
            string binaries = Path.Combine(modules, "onnxruntime-node", "bin");
            if (!Directory.Exists(binaries)) continue;
            foreach (string version in Directory.GetDirectories(binaries, "napi-*"))
            {
                string folder = Path.Combine(version, "linux", architecture);
                if (Directory.Exists(folder) && Directory.GetFiles(folder, "libonnxruntime.so*") is [var file, ..]) return file;
            }
        }
        return null;
    }

    private static IEnumerable<string> ModuleFolders()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("NODE_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return folder;
        // The program lies somewhere below the repository.
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
            for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder)) yield return Path.Combine(folder, "benchmarks", "peers", "node_modules");
    }
}
