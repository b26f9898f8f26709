using System.Globalization;

namespace Hebb;

/// <summary>
/// Energy taken by the processor packages, from the counters that Linux shows under <c>/sys/class/powercap</c> (Intel and AMD RAPL). They wrap around, so they are read again
/// and again; most systems let only root read them.
/// </summary>
internal sealed class EnergyMeter
{
    private readonly List<(string Counter, double Range)> _packages = [];
    private readonly List<double> _last = [];
    private double _joules;

    public EnergyMeter(string root = "/sys/class/powercap")
    {
        try
        {
            if (!Directory.Exists(root))
                return;
            // Packages are called intel-rapl:N; parts of them, which would be counted twice, intel-rapl:N:M.
            foreach (string zone in Directory.EnumerateDirectories(root, "intel-rapl:*").Where(z => Path.GetFileName(z).Count(c => c == ':') == 1).Order(StringComparer.Ordinal))
            {
                string counter = Path.Combine(zone, "energy_uj");
                double now = Number(counter), range = Number(Path.Combine(zone, "max_energy_range_uj"));
                _packages.Add((counter, range));
                _last.Add(now);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.FormatException)
        {
            _packages.Clear();
        }
    }

    /// <summary>Joules since this was made; null where the machine does not tell.</summary>
    public double? Joules
    {
        get
        {
            Sample();
            return _packages.Count == 0 ? null : _joules;
        }
    }

    /// <summary>Reads the counters. Needed at least once before one goes around, which takes minutes.</summary>
    public void Sample()
    {
        try
        {
            for (int i = 0; i < _packages.Count; i++)
            {
                double now = Number(_packages[i].Counter), used = now - _last[i];
                _joules += 1e-6 * (used >= 0 ? used : used + _packages[i].Range);
                _last[i] = now;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.FormatException)
        {
            _packages.Clear();
        }
    }

    private static double Number(string path) => double.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
}
