#:project ../src/Hebb.Training/Hebb.Training.csproj
// Tables: reading, checking, splitting, training on columns of every kind.    dotnet run examples/07-tables.cs
using System.Globalization;
using System.Text;
using Hebb;
using Hebb.Data;

// Bicycles rented a day: by weather and date, with a broken row and a column that tells the answer.
Rng.SetSeed(1);
var random = new Random(1);
var csv = new StringBuilder("day,weather,temperature,busy,returned\n");
for (int i = 0; i < 700; i++)
{
    var day = new DateTime(2023, 1, 1).AddDays(i);
    string weather = random.Next(3) switch { 0 => "rain", 1 => "clouds", _ => "sun" };
    double warm = 10 - 12 * Math.Cos(2 * Math.PI * day.DayOfYear / 365) + 3 * random.NextDouble();
    bool busy = warm + (weather == "rain" ? -8 : weather == "sun" ? 5 : 0) + (day.DayOfWeek is DayOfWeek.Sunday ? 6 : 0) > 11;
    csv.Append(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd},{weather},{(i % 20 == 0 ? "" : warm.ToString("F1", CultureInfo.InvariantCulture))},{(busy ? "yes" : "no")},{(busy ? 400 + random.Next(200) : random.Next(200))}\n");
}
csv.Append("2025-01-01,sun\n");

var table = Table.ParseCsv(csv.ToString(), "bicycles.csv");
foreach (var column in table.Columns) Console.WriteLine($"{column.Name,-12} {column.Kind}, {column.Missing} missing");
foreach (var row in table.BadRows) Console.WriteLine($"line {row.Line}: {row.Reason}");
foreach (var warning in TableChecks.Run(table, "busy")) Console.WriteLine($"{warning.Column} {warning.Message}");

// How many came back is not known in the morning. What is fitted, is fitted on the earlier days.
var (train, test) = table.Without("returned").SplitByTime("day", 0.8);
var fitted = TablePreprocessing.Fit(train, "busy");
Console.WriteLine($"{fitted.FeatureNames.Count} features: {string.Join(", ", fitted.FeatureNames.Take(5))}, …");

var model = new Sequential(new Linear(32), new ReLU(), new Linear(2));
var trainer = new Trainer(model, new AdamW(lr: 1e-2), Losses.CrossEntropy);
trainer.Fit(fitted.Dataset(train).Batches(64, shuffle: true), epochs: 15);
Console.WriteLine($"the later days: {trainer.Evaluate(fitted.Dataset(test).Batches(256))}");
