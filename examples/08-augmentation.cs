#:project ../src/Hebb.Training/Hebb.Training.csproj
// Augmented training, and figures beyond accuracy.    dotnet run examples/08-augmentation.cs
using Hebb;
using Hebb.Data;

Rng.SetSeed(1);
var (train, test) = Catalog.Digits();
var model = new Sequential(new Conv2d(1, 32, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(10));

// Each picture is moved and partly wiped out in its own way, every epoch anew; then pictures are mixed, and their targets with them.
var augment = new Compose(new RandomApply(new RandomAffine(degrees: 10, shift: 1, scale: 0.1f), 0.8), new RandomErasing(0.2, (0.02, 0.1)), new Mixup(classes: 10, alpha: 0.1));
var trainer = new Trainer(model, new AdamW(lr: 5e-3), Losses.CrossEntropy, new TrainerOptions { Metrics = [new Accuracy()] });
Console.WriteLine(trainer.Fit(train.Batches(64, shuffle: true, seed: 1, transform: augment), epochs: 6)[^1]);

// What is measured merges exactly: two halves of the test, as two workers would see them.
Metric[] figures = [new Accuracy(), new F1(), new MatthewsCorrelation(), new Auroc(), new CalibrationError(), new LogLoss()];
var whole = trainer.Evaluate(test.Batches(256), figures);
var first = trainer.Evaluate(test.Take(100).Batches(256), figures);
var second = trainer.Evaluate(test.Skip(100).Batches(256), figures);
foreach (var (a, b, all) in first.Metrics.Zip(second.Metrics, whole.Metrics))
{
    a.Merge(b);
    Console.WriteLine($"{all}, merged {(a.Value.Equals(all.Value) ? "to the same bits" : a.Format(a.Value))}");
}

// The same sample, seed and epoch give the same picture, in any batch.
Tensor picture = test[0].Input.Unsqueeze(0);
var turn = new RandomRotation(30);
bool same = turn.Apply(picture, seed: 5).ToArray<float>().AsSpan().SequenceEqual(turn.Apply(Tensor.Cat([picture, picture]), seed: 5)[0].ToArray<float>());
Console.WriteLine($"turned alike in a batch of one and of two: {same}");
