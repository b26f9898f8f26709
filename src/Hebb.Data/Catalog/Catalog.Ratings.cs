using System.Globalization;

namespace Hebb.Data;

/// <summary>What users thought of items: one rating at each index of the four tensors.</summary>
/// <param name="Users">Int64 [n], from 0.</param>
/// <param name="Items">Int64 [n], from 0.</param>
/// <param name="Values">Float32 [n].</param>
/// <param name="Times">Int64 [n], in seconds since 1970.</param>
public sealed record Ratings(Tensor Users, Tensor Items, Tensor Values, Tensor Times)
{
    /// <summary>Number of ratings.</summary>
    public int Count => Users.Shape[0];
}

/// <summary>Ratings of films, and who gave them.</summary>
/// <param name="Train">To train with.</param>
/// <param name="Test">To test with.</param>
/// <param name="Titles">The film of each item.</param>
/// <param name="Genres">The genres of each item.</param>
/// <param name="Users">A row for each user: <c>age</c>, <c>gender</c>, <c>occupation</c>, <c>zip</c>.</param>
public sealed record MovieLens(Ratings Train, Ratings Test, IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Genres, Table Users)
{
    /// <summary>Number of films.</summary>
    public int ItemCount => Titles.Count;

    /// <summary>Number of users.</summary>
    public int UserCount => Users.Count;
}

public static partial class Catalog
{
    private static readonly CatalogEntry s_movieLens = new()
    {
        Name = "ml-100k",
        Task = "recommendation",
        Contents = "100,000 ratings of 1,682 films by 943 users; five splits into 80,000 and 20,000",
        Licence = "GroupLens terms",
        Source = "F. Harper, J. Konstan, 2015, https://grouplens.org/datasets/movielens/100k/",
        Files =
        [
            new("ml-100k.tar.gz", 12_134_212, "43f534fe01f9f486bfb05b4742ca00495ee8b3efd615131ac3746792a8cee52e", ["https://files.grouplens.org/datasets/movielens/ml-100k.zip"])
            {
                Roots = ["u.data", "u.item", "u.user", "u.genre", "u1.base", "u1.test", "u2.base", "u2.test", "u3.base", "u3.test", "u4.base", "u4.test", "u5.base", "u5.test"],
            },
        ],
    };

    /// <summary>MovieLens 100K: ratings of 1 to 5 by 943 users of 1,682 films, in one of five published splits that cover all of them.</summary>
    /// <param name="fold">The split, 1 to 5.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">There is no such split, or the file is missing.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static MovieLens MovieLens100K(int fold = 1, DataStore? store = null)
    {
        if (fold is < 1 or > 5) throw new DataException($"ml-100k: there is no split {fold} (1 to 5)");
        var files = new Dictionary<string, (string[][] Rows, string Source)>();
        foreach (var (name, member) in (store ?? DataStore.FromEnvironment()).Members(s_movieLens, "ml-100k.tar.gz"))
        {
            if (name.EndsWith("base", StringComparison.Ordinal) || name.EndsWith("test", StringComparison.Ordinal) ? name[1] - '0' != fold : name == "u.data") continue;
            byte[] bytes = DataArchive.ReadAll(member);
            char separator = name is "u.item" or "u.user" or "u.genre" ? '|' : '\t';
            // The titles are in Latin-1.
            string text = name == "u.item" ? System.Text.Encoding.Latin1.GetString(bytes) : TextFile.Decode(bytes, member.Source);
            files[name] = ([.. text.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0).Select(l => l.Split(separator))], member.Source);
        }
        var (genreRows, _) = Rows("u.genre", 2);
        var (items, _) = Rows("u.item", 5 + genreRows.Length);
        var (users, userSource) = Rows("u.user", 5);
        var table = Table.FromTexts(userSource, ["age", "gender", "occupation", "zip"], [.. users.Select(u => (string?[])u[1..])], [.. users.Select((_, i) => (long)i + 1)], []);
        return new MovieLens(Read($"u{fold}.base"), Read($"u{fold}.test"), [.. items.Select(i => i[1])],
            [.. items.Select(i => (IReadOnlyList<string>)[.. genreRows.Where((_, g) => i[5 + g] == "1").Select(g => g[0])])], table);

        (string[][] Rows, string Source) Rows(string name, int fields)
        {
            if (!files.TryGetValue(name, out var file)) throw new DataException($"ml-100k: lacks {name}");
            for (int i = 0; i < file.Rows.Length; i++)
                if (file.Rows[i].Length != fields) throw new FormatException($"{file.Source} line {i + 1}: has {file.Rows[i].Length} fields, not {fields}");
            return file;
        }

        Ratings Read(string name)
        {
            var (rows, source) = Rows(name, 4);
            long[] user = new long[rows.Length], item = new long[rows.Length], time = new long[rows.Length];
            var value = new float[rows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                user[i] = Integer(0, users.Length);
                item[i] = Integer(1, items.Length);
                value[i] = Integer(2, 5) + 1;
                time[i] = Integer(3, int.MaxValue) + 1;

                long Integer(int field, int most) =>
                    int.TryParse(rows[i][field], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most ? number - 1
                        : throw new FormatException($"{source} line {i + 1}: \"{CsvTable.Shorten(rows[i][field])}\" is not in 1 to {most}");
            }
            return new Ratings(Tensor.From(user), Tensor.From(item), Tensor.From(value), Tensor.From(time));
        }
    }
}
