namespace Hebb.Data;

/// <summary>What is wrong with a file, said of it ("is truncated"); <see cref="Webp"/> puts its name before.</summary>
internal sealed class WebpException(string message) : Exception(message);
