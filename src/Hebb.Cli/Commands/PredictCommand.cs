using System.CommandLine;
using System.Globalization;
using Hebb.Cli.Runs;
using Hebb.Data;

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
        var model = RunFolders.LoadModel(run);
        if (model.Info.Preprocessing is not ImagePreprocessing preprocessing) throw new HebbException($"{run}: the model takes no pictures");
        var answers = new List<(string Input, (string Label, float Probability)[] Best)>();
        foreach (string input in inputs)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            var best = Answer(model, preprocessing.Apply(Png.Read(input)), top);
            session.Output.Line($"{input}: {string.Join(", ", best.Select(b => $"{b.Label} {Texts.Percent(b.Probability)}"))}");
            answers.Add((input, best));
        }
        session.Output.Json(json =>
        {
            json.WriteString("run", run);
            json.WriteStartArray("predictions");
            foreach (var (input, best) in answers)
            {
                json.WriteStartObject();
                json.WriteString("input", input);
                json.WriteString("label", best[0].Label);
                json.WriteNumber("probability", best[0].Probability);
                json.WriteStartArray("top");
                foreach (var (label, probability) in best)
                {
                    json.WriteStartObject();
                    json.WriteString("label", label);
                    json.WriteNumber("probability", probability);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    /// <summary>The most probable labels, the best first.</summary>
    private static (string Label, float Probability)[] Answer(LoadedModel model, Tensor input, int top)
    {
        using var none = GradMode.NoGrad();
        float[] probabilities = model.Call(input.Unsqueeze(0)).Softmax(-1).ToArray<float>();
        return [.. Enumerable.Range(0, probabilities.Length)
            .OrderByDescending(c => probabilities[c]).ThenBy(c => c).Take(top)
            .Select(c => (model.Info.Labels?[c] ?? c.ToString(CultureInfo.InvariantCulture), probabilities[c]))];
    }
}
