using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Finds out what a user wants fitted.</summary>
internal static class FitSource
{
    /// <summary>Reads, checks, splits and prepares.</summary>
    /// <exception cref="HebbException">It can't be learned from; the message says why in one line.</exception>
    public static FitData Load(FitSettings settings)
    {
        if (!Directory.Exists(settings.Source)) return TableFit.Load(settings);
        (string Name, bool Given)[] options = [("--target", settings.Target is not null), ("--task", settings.Task is not null), ("--group", settings.Group is not null), ("--time", settings.Time is not null),
            ("--exclude", settings.Exclude.Count > 0), ("--columns", settings.Columns.Count > 0)];
        if (options.FirstOrDefault(o => o.Given) is { Name: { } name }) throw new UsageException($"fit: {name} is for tables: the classes of a folder are its subfolders");
        if (ClassFolders.Find(settings.Source, Image.Extensions) is { } pictures) return PictureFit.Load(settings, pictures);
        if (ClassFolders.Find(settings.Source, ClassFolders.Texts) is { } texts) return TextFit.Load(settings, texts);
        throw new DataException($"{Paths.Shown(settings.Source)}: has neither pictures ({string.Join(", ", Image.Extensions)}) nor texts ({string.Join(", ", ClassFolders.Texts)}) in subfolders");
    }
}
