#:project ../src/Hebb.Training/Hebb.Training.csproj
// Training: data, a network, a trainer with a schedule, metrics by class.    dotnet run examples/03-train-digits.cs
using Hebb;
using Hebb.Data;

Rng.SetSeed(1);
var (train, test) = Catalog.Digits();
var model = new Sequential(
    new Conv2d(1, 32, 3, padding: 1), new BatchNorm2d(32), new ReLU(),
    new Conv2d(32, 64, 3, padding: 1), new BatchNorm2d(64), new ReLU(),
    new MaxPool2d(2), new Flatten(), new Dropout(0.25), new Linear(10));

// The last tenth of the training rows decides when to stop; the test rows decide nothing.
var (fit, check) = (train.Take(1293), train.Skip(1293));
var trainer = new Trainer(model, new AdamW(lr: 2e-3), Losses.CrossEntropyWith(labelSmoothing: 0.05), new TrainerOptions
{
    Schedule = new CosineSchedule(warmupEpochs: 1),
    ClipNorm = 1,
});
var history = trainer.Fit(fit.Batches(64, shuffle: true, transform: new RandomShift(1)), epochs: 12, validate: check.Batches(256));
foreach (var epoch in history)
    Console.WriteLine(epoch);
Console.WriteLine($"test: {trainer.Evaluate(test.Batches(256))}");
