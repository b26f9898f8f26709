namespace Hebb.Cli.Reporting;

/// <summary>Lines to paste once a model is trained: try it, make it again, use it from C#.</summary>
internal static class UseLines
{
    /// <param name="run">The run's folder.</param>
    /// <param name="pictures">What <see cref="TestPictures"/> wrote.</param>
    /// <param name="result">The model's answers on the test rows.</param>
    public static IReadOnlyList<string> For(string run, IReadOnlyList<(string Path, int Row)> pictures, TestResult result)
    {
        string shown = Texts.Shell(Paths.Shown(run)), model = Path.Combine(Paths.Shown(run), "model.hebb");
        var lines = new List<string>();
        // One that the model gets right, so that the first thing tried is no riddle.
        foreach (var (path, _) in pictures.Where(p => result.Predicted[p.Row] == result.Targets[p.Row]).Take(1))
            lines.Add($"{Launcher.Command} predict {shown} {Texts.Shell(Path.Combine(Paths.Shown(run), path))}");
        lines.Add($"{Launcher.Command} reproduce {shown}");
        lines.Add($"var model = Hebb.Model.Load(@\"{model}\");");
        return lines;
    }
}
