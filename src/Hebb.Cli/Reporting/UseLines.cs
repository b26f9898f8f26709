using Hebb.Data;

namespace Hebb.Cli.Reporting;

/// <summary>Lines to paste once a model is trained: try it, make it again, use it from C#.</summary>
internal static class UseLines
{
    /// <param name="run">The run's folder.</param>
    /// <param name="pictures">What <see cref="TestPictures"/> wrote.</param>
    /// <param name="score">The model's answers on the test rows.</param>
    public static IReadOnlyList<string> For(string run, IReadOnlyList<(string Path, int Row)> pictures, TestScore score)
    {
        string shown = Paths.Shown(run), model = Path.Combine(shown, "model.hebb");
        var lines = new List<string>();
        // One that the model gets right, so that the first thing tried is no riddle.
        string? picture = pictures.Where(p => score is ClassScores { Result: var result } && result.Predicted[p.Row] == result.Targets[p.Row]).Select(p => Path.Combine(shown, p.Path)).FirstOrDefault();
        if (picture is not null) lines.Add($"{Launcher.Command} predict {Texts.Shell(shown)} {Texts.Shell(picture)}");
        else if (score.Rows.Info.Preprocessing is TablePreprocessing) lines.Add($"{Launcher.Command} predict {Texts.Shell(shown)} table.csv --out predictions.csv");
        lines.Add($"{Launcher.Command} reproduce {Texts.Shell(shown)}");
        lines.Add(picture is not null
            ? $"using Hebb; Console.WriteLine(Predictor.OpenImageClassifier({Quoted(model)}).PredictFile({Quoted(picture)}));"
            : $"using Hebb; Console.WriteLine(Model.LoadPackage({Quoted(model)}).Schema);");
        return lines;
    }

    /// <summary>A C# string, verbatim only where it must be.</summary>
    private static string Quoted(string text) => text.AsSpan().ContainsAny('"', '\\') ? "@\"" + text.Replace("\"", "\"\"") + "\"" : $"\"{text}\"";
}
