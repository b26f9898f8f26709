namespace Hebb.Data;

public static partial class Catalog
{
    private const string SmallTables = "tabular-small.tar.gz", Scikit = "https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.5.0/sklearn/datasets/data/";

    private static readonly CatalogEntry s_iris = new()
    {
        Name = "iris",
        Task = "tabular classification",
        Contents = "150 flowers, 4 measures, 3 species",
        Licence = "BSD (package), UCI",
        Source = "R. A. Fisher, 1936, https://archive.ics.uci.edu/dataset/53/iris; the file of scikit-learn",
        Files = [new("iris.csv", 2_734, "f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449", [Scikit + "iris.csv"]) { Bundle = SmallTables }],
    };

    private static readonly CatalogEntry s_breastCancer = new()
    {
        Name = "breast-cancer",
        Task = "tabular classification",
        Contents = "569 tumours, 30 measures, malignant or benign",
        Licence = "BSD (package), UCI",
        Source = "W. Wolberg, O. Mangasarian, N. Street, https://archive.ics.uci.edu/dataset/17; the file of scikit-learn",
        Files = [new("breast_cancer.csv", 119_913, "fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed", [Scikit + "breast_cancer.csv"]) { Bundle = SmallTables }],
    };

    private static readonly CatalogEntry s_wine = new()
    {
        Name = "wine",
        Task = "tabular classification",
        Contents = "178 wines, 13 measures, 3 cultivars",
        Licence = "BSD (package), UCI",
        Source = "S. Aeberhard, M. Forina, https://archive.ics.uci.edu/dataset/109/wine; the file of scikit-learn",
        Files = [new("wine_data.csv", 11_157, "10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede", [Scikit + "wine_data.csv"]) { Bundle = SmallTables }],
    };

    private static readonly CatalogEntry s_diabetes = new()
    {
        Name = "diabetes",
        Task = "tabular regression",
        Contents = "442 patients, 10 measures, the progress of the disease after a year",
        Licence = "BSD (package)",
        Source = "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, 2004, https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html; the files of scikit-learn",
        Files =
        [
            new("diabetes_data_raw.csv.gz", 19_733, "ec2683754c379fdffc39f53922c475eff67e2fb9c94c7c27207b7c4371d51726", [Scikit + "diabetes_data_raw.csv.gz"]) { Bundle = SmallTables },
            new("diabetes_target.csv.gz", 11_050, "244713a551f62a291a354212d8a048adec6cb1244b2bc44e66a0698f5006d26d", [Scikit + "diabetes_target.csv.gz"]) { Bundle = SmallTables },
        ],
    };

    private static readonly CatalogEntry s_titanic = new()
    {
        Name = "titanic",
        Task = "tabular classification",
        Contents = "891 passengers, 11 columns, survived or not",
        Licence = "public",
        Source = "Encyclopedia Titanica, https://github.com/datasciencedojo/datasets",
        Files = [new("titanic.csv", 60_302, "4a437fde05fe5264e1701a7387ac6fb75393772ba38bb2c9c566405af5af4bd7", ["https://raw.githubusercontent.com/datasciencedojo/datasets/master/titanic.csv"])],
    };

    private static readonly CatalogEntry s_californiaHousing = new()
    {
        Name = "california-housing",
        Task = "tabular regression",
        Contents = "20,640 districts, 9 columns, the median value of a house",
        Licence = "Apache 2.0",
        Source = "R. Pace, R. Barry, 1997; the file of https://github.com/ageron/handson-ml",
        Files = [new("california-housing.csv.gz", 1_423_529, "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e", ["https://raw.githubusercontent.com/ageron/handson-ml/master/datasets/housing/housing.csv"])],
    };

    private static readonly CatalogEntry s_adult = new()
    {
        Name = "adult",
        Task = "tabular classification, fairness",
        Contents = "32,561 train and 16,281 test people, 14 columns, an income over 50,000 or not",
        Licence = "UCI",
        Source = "B. Becker, R. Kohavi, https://archive.ics.uci.edu/dataset/2/adult",
        Files =
        [
            new("adult-train.csv", 3_974_305, "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d", ["https://archive.ics.uci.edu/ml/machine-learning-databases/adult/adult.data"]) { Bundle = "adult.tar.gz" },
            // UCI's own edition has a first line that is no row.
            new("adult-test.csv", 2_003_153, "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05", ["https://archive.ics.uci.edu/ml/machine-learning-databases/adult/adult.test"])
            {
                Bundle = "adult.tar.gz",
                Editions = ["72567b94f5c1a6f8501377dd80f93892c3848ff071cf91ba47e00b0785a28074"],
            },
        ],
    };

    private static readonly string[] s_adultColumns =
    [
        "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race", "sex",
        "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
    ];

    /// <summary>Fisher's iris flowers: 150 rows, four lengths in cm, and <c>species</c>: setosa, versicolor, virginica.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static Table Iris(DataStore? store = null) =>
        ScikitTable(s_iris, store, ["sepal-length", "sepal-width", "petal-length", "petal-width"], "species", ["setosa", "versicolor", "virginica"]);

    /// <summary>The Wisconsin diagnostic breast cancer data: 569 rows, 30 measures of cell nuclei, and <c>diagnosis</c>: malignant, benign.</summary>
    /// <inheritdoc cref="Iris"/>
    public static Table BreastCancer(DataStore? store = null)
    {
        string[] measures = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave-points", "symmetry", "fractal-dimension"];
        string[] columns = [.. ((string[])["mean", "error", "worst"]).SelectMany(kind => measures.Select(measure => $"{kind}-{measure}"))];
        return ScikitTable(s_breastCancer, store, columns, "diagnosis", ["malignant", "benign"]);
    }

    /// <summary>Chemical measures of Italian wines: 178 rows, 13 measures, and <c>cultivar</c>: cultivar-1, cultivar-2, cultivar-3.</summary>
    /// <inheritdoc cref="Iris"/>
    public static Table Wine(DataStore? store = null) => ScikitTable(s_wine, store,
        ["alcohol", "malic-acid", "ash", "alcalinity-of-ash", "magnesium", "total-phenols", "flavanoids", "nonflavanoid-phenols", "proanthocyanins", "color-intensity",
            "hue", "od280-od315", "proline"], "cultivar", ["cultivar-1", "cultivar-2", "cultivar-3"]);

    /// <summary>442 patients: age, sex, body-mass index, blood pressure, six blood values, and <c>progression</c> of diabetes after a year.</summary>
    /// <inheritdoc cref="Iris"/>
    public static Table Diabetes(DataStore? store = null)
    {
        store ??= DataStore.FromEnvironment();
        var (bytes, source) = store.Read(s_diabetes, "diabetes_data_raw.csv.gz");
        var (targetBytes, targetSource) = store.Read(s_diabetes, "diabetes_target.csv.gz");
        var data = Csv.Decode(bytes, source, hasHeader: false, separator: ' ');
        var target = Csv.Decode(targetBytes, targetSource, hasHeader: false);
        string[] columns = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6", "progression"];
        if (data.Columns.Count != columns.Length - 1 || target.Columns.Count != 1) throw new FormatException($"{source}: has {data.Columns.Count} columns, the diabetes data have 10");
        if (data.Count != target.Count) throw new DataException($"{targetSource}: has {target.Count} targets for {data.Count} rows");
        return Table.FromTexts(source, columns, [.. Enumerable.Range(0, data.Count).Select(row => (string?[])[.. data.Row(row), target[row, 0]])],
            [.. Enumerable.Range(0, data.Count).Select(data.Line)], []);
    }

    /// <summary>The passengers of the Titanic: 891 rows; the target is <c>Survived</c>.</summary>
    /// <inheritdoc cref="Iris"/>
    public static Table Titanic(DataStore? store = null) => ReadTable(s_titanic, "titanic.csv", store);

    /// <summary>California's districts in 1990: 20,640 rows; the target is <c>median_house_value</c>.</summary>
    /// <inheritdoc cref="Iris"/>
    public static Table CaliforniaHousing(DataStore? store = null) => ReadTable(s_californiaHousing, "california-housing.csv.gz", store);

    /// <summary>The census income data as published in two parts, 32,561 and 16,281 rows; the target is <c>income</c>: <c>&lt;=50K</c> or <c>&gt;50K</c>.</summary>
    /// <inheritdoc cref="Iris"/>
    public static (Table Train, Table Test) Adult(DataStore? store = null)
    {
        return (Part("adult-train.csv"), Part("adult-test.csv"));

        Table Part(string name)
        {
            var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_adult, name);
            var rows = new List<string?[]>();
            var lines = new List<long>();
            long line = 0;
            foreach (string text in TextFile.DecodeLines(bytes, source))
            {
                line++;
                if (string.IsNullOrWhiteSpace(text) || text.StartsWith('|')) continue;
                string?[] row = [.. text.Split(',').Select(field => field.Trim())];
                if (row.Length != s_adultColumns.Length) throw new FormatException($"{source} line {line}: has {row.Length} fields, not {s_adultColumns.Length}");
                row[^1] = row[^1]!.TrimEnd('.'); // the test part ends its lines with a full stop
                rows.Add(row);
                lines.Add(line);
            }
            return Table.FromTexts(source, s_adultColumns, rows, lines, []);
        }
    }

    private static Table ReadTable(CatalogEntry entry, string file, DataStore? store)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(entry, file);
        return Table.FromCsv(Csv.Decode(bytes, source), []);
    }

    /// <summary>A file of scikit-learn: the first line has rows, columns and the names of the classes; the last column is the class.</summary>
    private static Table ScikitTable(CatalogEntry entry, DataStore? store, string[] columns, string target, string[] classes)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(entry, entry.Files[0].Name);
        var rows = new List<string?[]>();
        var lines = new List<long>();
        int line = 0;
        foreach (string text in TextFile.DecodeLines(bytes, source))
        {
            if (++line == 1 || text.Length == 0) continue;
            string?[] row = text.Split(',');
            if (row.Length != columns.Length + 1) throw new FormatException($"{source} line {line}: has {row.Length} fields, not {columns.Length + 1}");
            if (!int.TryParse(row[^1], out int label) || label < 0 || label >= classes.Length)
                throw new FormatException($"{source} line {line}: \"{CsvTable.Shorten(row[^1]!)}\" is no class of 0 to {classes.Length - 1}");
            row[^1] = classes[label];
            rows.Add(row);
            lines.Add(line);
        }
        return Table.FromTexts(source, [.. columns, target], rows, lines, []);
    }
}
