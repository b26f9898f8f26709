namespace Hebb.Models;

/// <summary>How a <see cref="LanguageModel"/> chooses tokens.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most new tokens.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>0 for the likeliest token each time; else scores are divided by it and tokens drawn: 1 as the model says, below it the likely ones more often.</summary>
    public double Temperature { get; init; }

    /// <summary>Only so many of the likeliest tokens are drawn; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens are drawn that together have this probability (nucleus sampling; Holtzman et al., 2019); 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The start of the random numbers: equal seeds give equal texts.</summary>
    public ulong Seed { get; init; }

    /// <summary>Ids that end the text.</summary>
    public IReadOnlyCollection<int> Stop { get; init; } = [];

    /// <summary>The id that a text starts with, such as 1 for Llama; null for none.</summary>
    public int? First { get; init; }
}
