using System.Globalization;

namespace Hebb.Data;

public static partial class Catalog
{
    private const string SmallSeries = "timeseries-small.tar.gz", Brownlee = "https://raw.githubusercontent.com/jbrownlee/Datasets/master/";

    private static readonly CatalogEntry s_airlinePassengers =
        Series("airline-passengers", "144 months, 1949 to 1960: passengers in thousands", "airline-passengers.csv", 2_180, "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621");

    private static readonly CatalogEntry s_sunspots =
        Series("sunspots", "2,820 months, 1749 to 1983: sunspots", "monthly-sunspots.csv", 45_039, "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3");

    private static readonly CatalogEntry s_pollution =
        Series("pollution", "43,824 hours in Beijing, 2010 to 2014: fine dust, weather and wind", "pollution.csv", 2_010_492, "892e9559205d16d32623135c127a3951c12e46ea1e0b3093e107ce89a9fd60e2");

    private static readonly CatalogEntry s_minTemperatures =
        Series("daily-min-temperatures", "3,650 days in Melbourne, 1981 to 1990: the lowest temperature", "daily-min-temperatures.csv", 67_921, "8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da");

    private static readonly CatalogEntry s_maxTemperatures =
        Series("daily-max-temperatures", "3,650 days in Melbourne, 1981 to 1990: the highest temperature", "daily-max-temperatures.csv", 69_359, "4f4ab4d6134d9c0f8efb3d6af6edc30a0ad3c56573d0f20f45db010055d0371c");

    private static readonly CatalogEntry s_ett = new()
    {
        Name = "ett",
        Task = "forecasting",
        Contents = "two electricity transformers, ETTh1 and ETTh2: 17,420 hours of 7 quantities each",
        Licence = "CC BY-ND",
        Source = "H. Zhou and others (Informer), 2021, https://github.com/zhouhaoyi/ETDataset",
        Files =
        [
            new("ETTh1.csv", 2_589_657, "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066", ["https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh1.csv"]) { Bundle = "ett.tar.gz" },
            new("ETTh2.csv", 2_417_960, "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b", ["https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh2.csv"]) { Bundle = "ett.tar.gz" },
        ],
    };

    private static readonly CatalogEntry s_exchangeRate = new()
    {
        Name = "exchange-rate",
        Task = "forecasting",
        Contents = "7,588 days, 1990 to 2016: 8 currencies in US dollars",
        Licence = "public",
        Source = "G. Lai and others (LSTNet), 2018, https://github.com/laiguokun/multivariate-time-series-data",
        Files = [new("exchange-rate.txt.gz", 546_336, "0127465b51e3cd3c360f8eb2be30cfd294689a2a55903eb8245aafc396626c7f", ["https://raw.githubusercontent.com/laiguokun/multivariate-time-series-data/master/exchange_rate/exchange_rate.txt.gz"])],
    };

    private static CatalogEntry Series(string name, string contents, string file, long bytes, string sha256) => new()
    {
        Name = name,
        Task = "forecasting",
        Contents = contents,
        Licence = "public",
        Source = "https://github.com/jbrownlee/Datasets",
        Files = [new(file, bytes, sha256, [Brownlee + file]) { Bundle = SmallSeries }],
    };

    /// <summary>Passengers of airlines in thousands, by month (Box and Jenkins): 144 steps, 1949 to 1960.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static TimeSeries AirlinePassengers(DataStore? store = null) => ReadSeries(s_airlinePassengers, store, "Month");

    /// <summary>Sunspots by month: 2,820 steps, 1749 to 1983.</summary>
    /// <inheritdoc cref="AirlinePassengers"/>
    public static TimeSeries Sunspots(DataStore? store = null) => ReadSeries(s_sunspots, store, "Month");

    /// <summary>The lowest temperature of each day in Melbourne, in degrees Celsius: 3,650 steps, 1981 to 1990 (without leap days).</summary>
    /// <inheritdoc cref="AirlinePassengers"/>
    public static TimeSeries DailyMinTemperatures(DataStore? store = null) => ReadSeries(s_minTemperatures, store, "Date");

    /// <summary>The highest temperature of each day in Melbourne, in degrees Celsius: 3,650 steps, 1981 to 1990 (without leap days).</summary>
    /// <inheritdoc cref="AirlinePassengers"/>
    public static TimeSeries DailyMaxTemperatures(DataStore? store = null) => ReadSeries(s_maxTemperatures, store, "Date");

    /// <summary>
    /// Fine dust and weather in Beijing by hour: 43,824 steps of pm2.5 (NaN where it was not measured), dew point, temperature, pressure, wind speed, hours
    /// of snow and of rain, and four columns for the wind's direction (1 in one of them).
    /// </summary>
    /// <inheritdoc cref="AirlinePassengers"/>
    public static TimeSeries Pollution(DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_pollution, "pollution.csv");
        var table = Csv.Decode(bytes, source);
        string[] numbers = ["pm2.5", "DEWP", "TEMP", "PRES", "Iws", "Is", "Ir"], winds = ["NE", "NW", "SE", "cv"];
        int[] columns = [.. numbers.Select(table.Column)];
        int wind = table.Column("cbwd"), year = table.Column("year"), month = table.Column("month"), day = table.Column("day"), hour = table.Column("hour");
        return Collect("pollution", [.. numbers, .. winds.Select(w => "cbwd=" + w)], table.Count, (row, values) =>
        {
            for (int i = 0; i < columns.Length; i++) values[i] = table[row, columns[i]] == "NA" ? float.NaN : (float)table.Number(row, columns[i]);
            int direction = Array.IndexOf(winds, table[row, wind]);
            if (direction < 0) throw new FormatException($"{table.At(row, wind)}: \"{CsvTable.Shorten(table[row, wind])}\" is no direction of the wind");
            values[columns.Length + direction] = 1;
            string time = $"{table[row, year]}-{table[row, month]}-{table[row, day]} {table[row, hour]}";
            return ParseTime(time, "yyyy-M-d H", table.At(row, year));
        });
    }

    /// <summary>Temperature and loads of an electricity transformer by hour: 17,420 steps of 7 columns; <c>OT</c>, the oil's temperature, is last.</summary>
    /// <param name="name"><c>ETTh1</c> or <c>ETTh2</c>.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <inheritdoc cref="AirlinePassengers"/>
    public static TimeSeries Ett(string name = "ETTh1", DataStore? store = null)
    {
        if (name is not ("ETTh1" or "ETTh2")) throw new DataException($"ett: there is no set \"{CsvTable.Shorten(name)}\" (there are ETTh1 and ETTh2)");
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_ett, name + ".csv");
        return ReadSeries(name, Csv.Decode(bytes, source), "date");
    }

    /// <summary>What one unit of eight currencies (Australia, Britain, Canada, Switzerland, China, Japan, New Zealand, Singapore) was worth: 7,588 days.</summary>
    /// <inheritdoc cref="AirlinePassengers"/>
    public static TimeSeries ExchangeRate(DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_exchangeRate, "exchange-rate.txt.gz");
        var table = Csv.Decode(bytes, source, hasHeader: false);
        string[] columns = ["Australia", "Britain", "Canada", "Switzerland", "China", "Japan", "New Zealand", "Singapore"];
        if (table.Columns.Count != columns.Length) throw new FormatException($"{source}: has {table.Columns.Count} columns, not {columns.Length}");
        return Collect("exchange-rate", columns, table.Count, (row, values) =>
        {
            for (int i = 0; i < values.Length; i++) values[i] = (float)table.Number(row, i);
            return null;
        });
    }

    private static TimeSeries ReadSeries(CatalogEntry entry, DataStore? store, string time)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(entry, entry.Files[0].Name);
        return ReadSeries(entry.Name, Csv.Decode(bytes, source), time);
    }

    private static TimeSeries ReadSeries(string name, CsvTable table, string time)
    {
        int at = table.Column(time);
        int[] columns = [.. Enumerable.Range(0, table.Columns.Count).Where(c => c != at)];
        string format = table[0, at].Length switch { 7 => "yyyy-MM", 10 => "yyyy-MM-dd", _ => "yyyy-MM-dd HH:mm:ss" };
        return Collect(name, [.. columns.Select(c => table.Columns[c])], table.Count, (row, values) =>
        {
            for (int i = 0; i < columns.Length; i++) values[i] = (float)table.Number(row, columns[i]);
            return ParseTime(table[row, at], format, table.At(row, at));
        });
    }

    private delegate DateTime? ReadStep(int row, Span<float> values);

    private static TimeSeries Collect(string name, string[] columns, int count, ReadStep read)
    {
        var values = new float[count * columns.Length];
        var times = new List<DateTime>(count);
        for (int row = 0; row < count; row++)
            if (read(row, values.AsSpan(row * columns.Length, columns.Length)) is { } time) times.Add(time);
        return new TimeSeries(name, columns, Tensor.From(values, [count, columns.Length]), times.Count == count ? times : null);
    }

    private static DateTime ParseTime(string text, string format, string place) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time
            : throw new FormatException($"{place}: \"{CsvTable.Shorten(text)}\" is no time of the form {format}");
}
