using Microsoft.Extensions.Logging;

namespace Hebb;

/// <summary>What a run tells its logger.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Information, "{Result}")]
    public static partial void Epoch(ILogger logger, EpochResult result);

    [LoggerMessage(2, LogLevel.Information, "training goes on from {Path}: epoch {Epoch}, step {Step}")]
    public static partial void Resumed(ILogger logger, string path, int epoch, long step);

    [LoggerMessage(3, LogLevel.Warning, "{Message}")]
    public static partial void Warning(ILogger logger, string message);

    [LoggerMessage(4, LogLevel.Information, "stopped after epoch {Epoch}: {Reason}")]
    public static partial void Stopped(ILogger logger, int epoch, string reason);

    [LoggerMessage(5, LogLevel.Debug, "checkpoint of step {Step} written to {Path}")]
    public static partial void Saved(ILogger logger, long step, string path);

    public static void FellBack(ILogger logger, string reason) => Warning(logger, $"training runs op by op, because a step can't be compiled: {reason}");

    /// <summary>Warnings alone, to the console's error stream: what stands in where no logger was given.</summary>
    public sealed class Console : ILogger
    {
        public static Console Instance { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                System.Console.Error.WriteLine($"warning: {formatter(state, exception)}");
        }
    }
}
