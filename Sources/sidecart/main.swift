print("sidecart")
