namespace Hebb.Data;

/// <summary>A sound and its class.</summary>
/// <param name="Audio">The sound.</param>
/// <param name="Label">Index of the class in the dataset's labels.</param>
/// <param name="Speaker">Who speaks; empty where that is not known.</param>
public sealed record AudioSample(Audio Audio, int Label, string Speaker = "");

public static partial class Catalog
{
    private static readonly CatalogEntry s_fsdd = new()
    {
        Name = "fsdd",
        Task = "speech",
        Contents = "3,000 spoken digits of 6 speakers, 8 kHz; 2,700 to train, 300 to test with",
        Licence = "CC BY-SA 4.0",
        Source = "Free Spoken Digit Dataset, Z. Jackson and others, https://github.com/Jakobovski/free-spoken-digit-dataset",
        Files =
        [
            new("fsdd.tar.gz", 21_128_848, "04e1baae96c6a26e39c623f2b01d0182ddae627ba0ac02a3cdc17ba2af99fd9b",
                ["https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.tar.gz", "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/heads/master.tar.gz"])
            {
                Roots = ["recordings/"],
            },
        ],
    };

    /// <summary>
    /// Spoken digits: 3,000 recordings at 8 kHz, labels 0 to 9. As published, the recordings numbered 0 to 4 of each speaker and digit are the test
    /// set (300), the others (2,700) the training set.
    /// </summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (ListDataset<AudioSample> Train, ListDataset<AudioSample> Test) SpokenDigits(DataStore? store = null)
    {
        var found = new List<(int Number, AudioSample Sample)>();
        foreach (var (name, member) in (store ?? DataStore.FromEnvironment()).Members(s_fsdd, "fsdd.tar.gz"))
        {
            if (!name.EndsWith(".wav", StringComparison.Ordinal)) continue;
            string[] parts = name["recordings/".Length..^4].Split('_'); // digit, speaker, number
            if (parts.Length != 3 || parts[0] is not [>= '0' and <= '9'] || !int.TryParse(parts[2], out int number)) throw new FormatException($"{member.Source}: is no recording's name");
            found.Add((number, new AudioSample(Wav.Decode(DataArchive.ReadAll(member), member.Source), parts[0][0] - '0', parts[1])));
        }
        var ordered = found.OrderBy(f => f.Sample.Label).ThenBy(f => f.Sample.Speaker, StringComparer.Ordinal).ThenBy(f => f.Number).ToList();
        var info = new DatasetInfo { Name = "fsdd", Labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] };
        return (new([.. ordered.Where(f => f.Number > 4).Select(f => f.Sample)], info), new([.. ordered.Where(f => f.Number <= 4).Select(f => f.Sample)], info));
    }
}
