using System.CommandLine;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb predict RUN INPUT…</c>: what a trained model says to pictures of any size.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder, or a model file" };
        var inputs = new Argument<string[]>("INPUT") { Description = "PNG pictures", Arity = ArgumentArity.OneOrMore };
        var top = CommandOptions.Whole("--top", "How many labels to show for each input; 1 unless given", "K", 1, int.MaxValue);
        var command = new Command("predict", "Ask a trained model about pictures") { run, inputs, top };
        command.SetAction(session => Predict(session, session.Value(run), session.Value(inputs), (int)(session.Value(top) ?? 1)));
        return command;
    }

    private static int Predict(Session session, string run, string[] inputs, int top)
    {
        var classifier = Predictor.ImageClassifier(RunFolders.LoadModel(run), top);
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
