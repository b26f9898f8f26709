namespace Hebb.Cli.Fitting;

/// <summary>Lines to paste once a model is fitted.</summary>
internal static class FitUse
{
    public static IReadOnlyList<string> Lines(string run, FitSettings settings, FitData data)
    {
        string source = Texts.Shell(Paths.Shown(settings.Test ?? settings.Source));
        var lines = new List<string>();
        if (data.Table is null || TextFit.IsOfTexts(data.Table)) lines.Add($"{Launcher.Command} predict {Texts.Shell(run)} {(data.Table is null ? "picture.png" : "text.txt")}");
        else lines.Add($"{Launcher.Command} predict {Texts.Shell(run)} {source} --out predictions.csv");
        lines.Add($"{Launcher.Command} reproduce {Texts.Shell(run)}");
        return lines;
    }
}
