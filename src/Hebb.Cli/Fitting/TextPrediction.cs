using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary><c>hebb predict</c> for models of texts: a file each, a line each.</summary>
internal static class TextPrediction
{
    public static int Run(Session session, string run, LoadedModel model, TablePreprocessing prepared, string[] files)
    {
        var json = new List<(string File, string Label, double Probability)>();
        foreach (string file in files)
        {
            if (!File.Exists(file)) throw new DataException($"{file}: no such file");
            string[] answer = TablePredictions.Of(model, prepared, TextFit.Row(file), session.Cancellation).Answers[0];
            double probability = double.Parse(answer[1], System.Globalization.CultureInfo.InvariantCulture);
            session.Output.Line($"{file}: {answer[0]} {Texts.Percent(probability)}");
            json.Add((file, answer[0], probability));
        }
        session.Output.Json(writer =>
        {
            writer.WriteString("run", run);
            writer.WriteStartArray("predictions");
            foreach (var (file, label, probability) in json)
            {
                writer.WriteStartObject();
                writer.WriteString("input", file);
                writer.WriteString("label", label);
                writer.WriteNumber("probability", probability);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
        return ExitCodes.Success;
    }
}
