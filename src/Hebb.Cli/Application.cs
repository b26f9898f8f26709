using System.CommandLine;
using System.CommandLine.Parsing;
using Hebb.Cli.Commands;
using Hebb.Cpu;
using Hebb.Diagnostics;

namespace Hebb.Cli;

/// <summary>The program: finds the command, runs it, and says in one line what went wrong.</summary>
internal static class Application
{
    private static IReadOnlyList<string> s_arguments = [];

    public static int Run(string[] arguments)
    {
        s_arguments = arguments;
        if (OperatingSystem.IsWindows()) Console.OutputEncoding = System.Text.Encoding.UTF8;
        var parsed = Root().Parse(arguments is [] ? ["--help"] : arguments);
        bool debug = parsed.GetValue(GlobalOptions.Debug);
        try
        {
            if (UsageErrors.Find(parsed) is { } error) throw new UsageException(error);
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e)
        {
            var (status, line) = Explain(e);
            Console.Error.WriteLine("hebb: " + (e is TensorMemoryException ? line : line.ReplaceLineEndings(" ")));
            if (debug) Console.Error.WriteLine(e);
            return status;
        }
    }

    /// <summary>Adds what a command does. It runs once the process's settings are known to be right.</summary>
    public static void SetAction(this Command command, Func<Session, int> action) => command.SetAction(parsed =>
    {
        CheckEnvironment();
        using var interruption = new Interruption();
        return action(new Session(s_arguments, parsed, new Output(parsed.GetValue(GlobalOptions.Json)), interruption));
    });

    private static RootCommand Root()
    {
        var root = new RootCommand("Hebb: train, explain and serve neural networks in pure C#.")
        {
            QuickstartCommand.Create(),
            RecipesCommand.Create(),
            FitCommand.Create(),
            TrainCommand.Create(),
            EvalCommand.Create(),
            PredictCommand.Create(),
            RunsCommand.Create(),
            ReportCommand.Create(),
            ReproduceCommand.Create(),
            DataCommand.Create(),
            InspectCommand.Create(),
            ConvertCommand.Create(),
            BenchCommand.Create(),
            PlanCommand.Create(),
            ProfileCommand.Create(),
            OnnxCommand.Create(),
            DoctorCommand.Create(),
        };
        root.Add(GlobalOptions.Json);
        root.Add(GlobalOptions.Offline);
        root.Add(GlobalOptions.Debug);
        return root;
    }

    private static void CheckEnvironment()
    {
        try
        {
            Isa.Validate();
            _ = ParallelFor.Threads;
            DebugSettings.Validate();
        }
        catch (Exception e) when (e is HebbException or ArgumentException)
        {
            throw new UsageException(e.Message);
        }
    }

    private static (int Status, string Line) Explain(Exception e) => e switch
    {
        UsageException => (ExitCodes.Usage, e.Message),
        OperationCanceledException => (ExitCodes.Interrupted, e is Runs.InterruptedException ? e.Message : "interrupted"),
        HebbException or IOException or UnauthorizedAccessException => (ExitCodes.Failure, e.Message),
        TensorMemoryException => (ExitCodes.Failure, e.Message),
        OutOfMemoryException => (ExitCodes.Failure, "out of memory: " + e.Message),
        _ => (ExitCodes.Failure, $"an error in Hebb itself, {e.GetType().Name}: {e.Message} (--debug shows where)"),
    };
}
