using Hebb.Data;

namespace Hebb.Cli;

/// <summary>Shows how far a download is: one line that is written over on a terminal, otherwise a line for each file.</summary>
internal sealed class DownloadDisplay(Output output) : IProgress<DownloadProgress>, IDisposable
{
    private string? _file;
    private long _shown;

    public void Report(DownloadProgress value)
    {
        bool another = value.File != _file;
        if (another && _file is not null && output.IsTerminal) output.Line();
        if (another && !output.IsTerminal) output.Line($"downloading {value.File}");
        long now = Environment.TickCount64;
        if (output.IsTerminal && (another || now - _shown >= 100))
        {
            string total = value.Total is { } bytes ? $" of {bytes / 1e6:0.0}" : "";
            Console.Out.Write($"\rdownloading {value.File}: {value.Received / 1e6:0.0}{total} MB  ");
            _shown = now;
        }
        _file = value.File;
    }

    public void Dispose()
    {
        if (_file is not null && output.IsTerminal) output.Line();
    }
}
