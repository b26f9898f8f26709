namespace Hebb.Cli.Fitting;

/// <summary>Finds out what a user wants fitted.</summary>
internal static class FitSource
{
    /// <summary>Reads, checks, splits and prepares.</summary>
    /// <exception cref="HebbException">It can't be learned from; the message says why in one line.</exception>
    public static FitData Load(FitSettings settings)
    {
        if (Directory.Exists(settings.Source)) throw new DataException($"{Paths.Shown(settings.Source)}: is a folder; fit takes tables");
        return TableFit.Load(settings);
    }
}
