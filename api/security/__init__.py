"""What protects every answer and every request, whoever asks: headers, hosts, rates, forgery."""
