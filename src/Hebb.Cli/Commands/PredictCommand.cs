using System.CommandLine;
using Hebb.Cli.Fitting;
using Hebb.Cli.Runs;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb predict RUN INPUT…</c>: what a trained model says to pictures of any size, to the rows of tables, or to texts.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder, or a model file" };
        var inputs = new Argument<string[]>("INPUT") { Description = "PNG, JPEG or WebP pictures; for models of tables or texts, these", Arity = ArgumentArity.OneOrMore };
        var top = CommandOptions.Whole("--top", "How many labels to show for each input; 1 unless given", "K", 1, int.MaxValue);
        var file = CommandOptions.Text("--out", "For tables: where the rows go with their predictions, as CSV; to the screen unless given", "FILE");
        var columns = CommandOptions.Text("--columns", "For tables: names of the columns where the first line is a row already", "NAME,…");
        var command = new Command("predict", "Ask a trained model about pictures, rows of tables or texts") { run, inputs, top, file, columns };
        command.SetAction(session =>
        {
            var model = RunFolders.LoadModel(session.Value(run));
            if (model.Info.Preprocessing is TablePreprocessing table)
            {
                if (TextFit.IsOfTexts(table) && session.Value(inputs).All(i => Path.GetExtension(i).ToLowerInvariant() is ".txt" or "")) return TextPrediction.Run(session, session.Value(run), model, table, session.Value(inputs));
                if (session.Given(top)) throw new UsageException("predict: --top is for pictures; predictions for tables hold all probabilities");
                return TablePrediction.Run(session, session.Value(run), model, table, session.Value(inputs), session.Value(file), FitCommand.List(session.Value(columns)));
            }
            if (session.Given(file) || session.Given(columns)) throw new UsageException("predict: --out and --columns are for models of tables");
            return Predict(session, session.Value(run), model, session.Value(inputs), (int)(session.Value(top) ?? 1));
        });
        return command;
    }

    private static int Predict(Session session, string run, LoadedModel model, string[] inputs, int top)
    {
        var classifier = Predictor.ImageClassifier(model, top);
        var answers = new List<(string Input, Classification Answer)>();
        foreach (string input in inputs)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            var answer = classifier.PredictFile(input);
            session.Output.Line($"{input}: {string.Join(", ", answer.Top.Select(c => $"{c.Label} {Texts.Percent(c.Probability)}"))}");
            answers.Add((input, answer));
        }
        session.Output.Json(json =>
        {
            json.WriteString("run", run);
            json.WriteStartArray("predictions");
            foreach (var (input, answer) in answers)
            {
                json.WriteStartObject();
                json.WriteString("input", input);
                json.WriteString("label", answer.Label);
                json.WriteNumber("probability", answer.Probability);
                json.WriteStartArray("top");
                foreach (var scored in answer.Top)
                {
                    json.WriteStartObject();
                    json.WriteString("label", scored.Label);
                    json.WriteNumber("probability", scored.Probability);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }
}
