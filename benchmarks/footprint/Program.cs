using System.Globalization;
using System.Runtime;
using Hebb;

// footprint MODEL SHAPE: loads a model package and predicts once, on zeros of that shape (such as 1,1,8,8). HEBB_STARTED says when the process was asked for, in nanoseconds since 1970. For Linux.
if (args.Length != 2)
{
    Console.Error.WriteLine("footprint MODEL SHAPE: give a model package and the shape of its input, such as 1,1,8,8");
    return 2;
}
try
{
    var model = Model.LoadPackage(args[0]);
    var loaded = DateTime.UtcNow;
    string[] sizes = args[1].Split(',');
    var shape = new int[sizes.Length];
    for (int i = 0; i < shape.Length; i++)
        shape[i] = int.Parse(sizes[i], CultureInfo.InvariantCulture);
    using var noGrad = GradMode.NoGrad();
    Tensor y = model.Call(Tensor.Zeros(shape));
    int best = (int)y.ArgMax().Item();
    Report(best, loaded, DateTime.UtcNow);
    return 0;
}
catch (Exception e) when (e is HebbException or System.FormatException)
{
    Console.Error.WriteLine($"footprint: {e.Message}");
    return 1;
}

// Apart, so that what this needs is not loaded before the prediction.
static void Report(int best, DateTime loaded, DateTime predicted)
{
    string peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
    double bytes = 1024 * double.Parse(peak.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"class {best}; loaded after {Elapsed(loaded):0} ms, first prediction after {Elapsed(predicted):0} ms, {bytes / 1e6:0.0} MB resident at most; {JitInfo.GetCompiledMethodCount()} methods compiled in {JitInfo.GetCompilationTime().TotalMilliseconds:0} ms"));
}

static double Elapsed(DateTime at) =>
    (at - DateTime.UnixEpoch).TotalMilliseconds - (long.Parse(Environment.GetEnvironmentVariable("HEBB_STARTED") ?? "0", CultureInfo.InvariantCulture) / 1e6);
