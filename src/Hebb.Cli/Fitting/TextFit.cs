using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>A folder of texts, a subfolder for each class: a table of one column.</summary>
internal static class TextFit
{
    /// <summary>The columns of that table.</summary>
    public const string Text = "text", Class = "class";

    public static FitData Load(FitSettings settings, ClassFolders folders)
    {
        var test = settings.Test is null ? null : ClassFolders.Find(settings.Test, ClassFolders.Texts) ?? throw new DataException($"{Paths.Shown(settings.Test)}: has no texts (.txt)");
        var data = TableFit.Prepare(settings, Class, Path.GetFileName(settings.Source), Rows(folders), test is null ? null : Rows(test), [folders.Record(), .. test is null ? (DataRecord[])[] : [test.Record()]]);
        return data with { Summary = $"{Texts.Plural(folders.Files.Count, "text")}; predicting one of {data.Labels!.Count} classes", Columns = [], Features = [] };
    }

    /// <summary>Whether a model is one of texts, not of tables.</summary>
    public static bool IsOfTexts(TablePreprocessing prepared) => prepared.Target == Class && prepared.Columns is [Text];

    /// <summary>A text as a table of one row.</summary>
    public static Table Row(string path) => Table.FromRows(path, [Text], [[File.ReadAllText(path)]]);

    private static Table Rows(ClassFolders folders) => Table.FromRows(Paths.Shown(folders.Root), [Text, Class],
        folders.Files.Select(f => (string?[])[File.ReadAllText(f.Path), folders.Classes[f.Label]]));
}
